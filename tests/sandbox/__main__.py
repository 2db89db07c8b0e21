"""Start the sandbox: one process, one port (two when TLS is wanted as well)."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import ssl
import sys

from aiohttp import web

from . import control
from .clock import Clock, http_date
from .wire import Call, Reply, WireResponse, compress
from .world import DEFAULT_ORDERS, DEFAULT_SEED, World

BODY_LIMIT = 64 * 1024 * 1024


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 -m sandbox", description=__doc__)
    parser.add_argument("--port-file", required=True, help="gets the port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls-cert", help="with --tls-key: speak TLS")
    parser.add_argument("--tls-key")
    parser.add_argument(
        "--tls-port-file", help="speak TLS on a second port, plain HTTP on the first"
    )
    parser.add_argument("--clock-file", help="a UTC moment and a rate, read each time")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS)
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS")
    return parser.parse_args(words)


def make_app(world: World) -> web.Application:
    """Return the application: one handler, routes by path prefix."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(
            request.method,
            request.raw_path,
            request.headers,
            await request.read(),
            request.secure,
            f"{request.scheme}://{request.host}",
        )
        if call.raw_path.startswith("/_"):
            reply = control.handle(world, call)
            compress(reply, call.headers.get("Accept-Encoding", ""))
        elif world.route(call):
            reply = await world.answer(call)
        else:
            reply = Reply(
                status=404,
                body=b"<html><body><h1>404 Not Found</h1></body></html>\n",
                content_type="text/html",
                chunked=False,
            )
        world.deliverer.kick(world.shops)
        reply.date = reply.date or http_date(world.clock.now())
        return WireResponse(reply)

    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_route("*", "/{tail:.*}", handle)
    return app


def write_port(path: str, port: int) -> None:
    """Write the port in one step, so that a waiting reader sees all or nothing."""
    draft = f"{path}.{os.getpid()}"
    with open(draft, "w", encoding="ascii") as out:
        out.write(f"{port}\n")
    os.replace(draft, path)


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT."""
    world = World(Clock(options.clock_file), options.latency)
    tls = None
    if options.tls_cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    both = tls is not None and options.tls_port_file is not None
    runner = web.AppRunner(make_app(world), access_log=None, keepalive_timeout=75)
    await runner.setup()
    first = web.TCPSite(
        runner,
        options.host,
        options.port,
        ssl_context=None if both else tls,
        shutdown_timeout=0.2,
    )
    await first.start()
    port = runner.addresses[0][1]
    world.base = f"{'http' if both or tls is None else 'https'}://{options.host}:{port}"
    if both:
        await web.TCPSite(
            runner, options.host, 0, ssl_context=tls, shutdown_timeout=0.2
        ).start()
        write_port(options.tls_port_file, runner.addresses[1][1])
    world.reset({"seed": options.seed, "orders": options.orders})
    write_port(options.port_file, port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


def main() -> int:
    """Run the sandbox."""
    asyncio.run(serve(arguments(sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
