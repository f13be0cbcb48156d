"""Subcommands and their options."""

from __future__ import annotations

import argparse

COMMANDS = {
    "serve": "serve",
    "call": "call",
    "chat": "chat",
    "say": "say",
    "transcribe": "transcribe",
    "understand": "understand",
    "turn": "turn",
    "track": "track",
    "orders": "orders",
    "carrier": "carrier",
    "prerender": "prerender",
    "replay": "replay",
    "doctor": "doctor",
    "agent": "agent",
    "demo": "demo",
    "apikey": "apikey",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare every subcommand."""
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary)

    command("serve", "run the hotline: SIP, web, recogniser, voice, sandbox carrier")
    _call(command("call", "call the hotline as a simulated caller"))
    _chat(command("chat", "the same dialogue, typed"))
    _say(command("say", "speak a text into a file, or print how it will be spoken"))
    transcribe = command("transcribe", "one line per sound file: path, tab, text")
    transcribe.add_argument("files", nargs="+", metavar="FILE")
    _json(transcribe)
    understand = command("understand", "read utterances on stdin, one JSON line each")
    understand.add_argument("--expect", default="open", metavar="QUESTION", help="open, yes_no, choice, digits, number")
    turn = command("turn", "completeness of interim texts on stdin, one JSON line each")
    turn.add_argument("--expect", default="open", metavar="QUESTION", help="open, yes_no, choice, digits, number")
    _track(command("track", "a parcel with its trace"))
    orders = command("orders", "our own order table")
    orders.add_argument("action", choices=("import",))
    orders.add_argument("file", metavar="FILE", help="CSV or JSON lines; - for stdin")
    _json(orders)
    carrier = command("carrier", "run the sandbox carrier alone")
    carrier.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT")
    command("prerender", "fill the phrase cache from the wording files")
    replay = command("replay", "one call's ledger, as a supervisor sees it")
    replay.add_argument("call_id", metavar="CALL_ID", help="or 'last'")
    replay.add_argument("--wav", metavar="FILE", help="also write the recording, left the caller, right what was heard")
    _json(replay)
    _json(command("doctor", "check everything the hotline needs and say what to do"))
    agent = command("agent", "a robot agent on a telephone, so that one person can see a hand-over")
    agent.add_argument("--listen", default="127.0.0.1:5070", metavar="HOST:PORT")
    agent.add_argument("--say", default="您好，我是人工客服，您的情况我已经看到了，我来帮您处理。", metavar="TEXT")
    agent.add_argument("--stay", type=float, default=20.0, metavar="SECONDS", help="hang up after this long")
    agent.add_argument("--answer", choices=("accept", "busy", "decline", "ring"), default="accept")
    apikey = command("apikey", "keys for programs that read the interface")
    apikey.add_argument("action", choices=("create", "revoke"))
    what = "what the key is for; to revoke: its prefix hk_..."
    apikey.add_argument("name", metavar="NAME", nargs="?", default="program", help=what)
    apikey.add_argument("--role", choices=("agent", "supervisor", "operations", "admin"), default="operations")
    _json(apikey)
    demo = command("demo", "play three calls and save sound, transcript and gap table")
    demo.add_argument("--out", default="out/demo", metavar="DIR")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", default="", metavar="SIP_URI", help="default: the hotline on SIP_LISTEN")
    parser.add_argument("--from", dest="number", default="13800138000", metavar="NUMBER")
    parser.add_argument("--called", default="95000", metavar="NUMBER")
    parser.add_argument("--voice", default="f4", metavar="NAME", help="an espeak-ng voice variant")
    parser.add_argument("--say", action="append", default=[], metavar="TEXT", help="one line of the caller; repeat")
    parser.add_argument("--script", metavar="FILE", help="a conversation file, or one line per turn")
    parser.add_argument("--dtmf", default="", metavar="DIGITS", help="keys pressed after the spoken lines")
    parser.add_argument("--codec", choices=("PCMA", "PCMU"), default="PCMA")
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="share of our packets to lose")
    parser.add_argument("--save", metavar="DIR", help="write call.wav and call.json there")
    _json(parser)


def _chat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="number", default="13800138000", metavar="NUMBER")
    parser.add_argument("--called", default="95000", metavar="NUMBER")
    parser.add_argument("--script", metavar="FILE", help="a conversation file with expectations")
    _json(parser)


def _say(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help="- reads one text per line from stdin")
    parser.add_argument("-o", "--output", metavar="FILE.wav")
    parser.add_argument("--rate", type=int, choices=(8000, 16000), default=8000)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--print", dest="print_words", action="store_true", help="print the words, make no sound")
    _json(parser)


def _track(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("waybill", nargs="?", metavar="WAYBILL")
    parser.add_argument("--phone", metavar="NUMBER_OR_TAIL4", help="a whole number finds its parcels; a tail verifies")
    _json(parser)
