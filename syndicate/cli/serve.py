"""`serve` and `worker`: the running service."""

from __future__ import annotations

import click

from syndicate.cli.saying import agency_of


@click.command()
@click.pass_context
def serve(context: click.Context) -> None:
    """Serve feeds and pages, with a worker beside. Stop it with ^C or TERM."""
    from syndicate.bootstrap import door_of, ready_to_serve
    from syndicate.cli import processes

    settings = ready_to_serve(context.obj)
    processes.check_free(settings.serve.host, settings.serve.port)
    door = door_of(settings)
    door.enter()
    context.call_on_close(door.leave)
    where = f"http://{settings.serve.host}:{settings.serve.port}"
    click.echo(f"{settings.site.title} listens at {where}; its address is {settings.site.base_url}", err=True)
    processes.serve(settings)


@click.command()
@click.option("--until-stdin-closes", is_flag=True, help="Stop with the parent that holds the other end.")
@click.pass_context
def worker(context: click.Context, until_stdin_closes: bool) -> None:
    """Visit sources and take up changed feed files, until told to stop."""
    from syndicate.bootstrap import take_up_feeds
    from syndicate.cli.processes import stopping
    from syndicate.service import logs
    from syndicate.service import worker as work

    logs.configure()
    agency = agency_of(context)
    work.run(agency, lambda: take_up_feeds(agency), stopping(until_stdin_closes))
