"""A model that is served elsewhere: what is asked of it, and what its answers are taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mcqtest.backends.openai import letters
from mcqtest.backends.openai.client import Client, room
from mcqtest.backends.openai.flight import Flight, Landed
from mcqtest.backends.openai.found import Found
from mcqtest.backends.openai.line import Line
from mcqtest.backends.openai.pace import Pace
from mcqtest.backends.openai.place import Place
from mcqtest.backends.openai.reply import Replies
from mcqtest.backends.openai.texts import decoded, heard, too_long, written
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.backends.speech import stop_at
from mcqtest.types import AnswerError, Chat, McqtestError, Request, Response, several


class Served:
    """A `mcqtest.types.Backend`. Answers come in any order, each as soon as it is there."""

    def __init__(self, name: str, found: Found, place: Place) -> None:
        self._name = name
        self._found = found
        self._place = place
        self._secret = place.secret
        self._replies = Replies(found.answers_as, found.fingerprints)
        self._pace = Pace(room(place.concurrency))
        self._ways = {
            chats: letters.named(way, chats=chats) if way else None
            for chats, way in ((False, found.plain_letters), (True, found.chat_letters))
        }
        self._failed: Counter[str] = Counter()
        """What went wrong with requests that were sent again -> how often."""
        self.asked = 0
        """Requests that were answered."""

    @property
    def notices(self) -> list[str]:
        """What a person should know so far, in sentences."""
        new = self._replies.fingerprints.keys() - {*self._found.fingerprints}
        said = []
        if new:
            said.append(
                f"{self._name}: what is served changed while it was asked (system_fingerprint "
                f"{several(sorted(new))}, and {several(sorted(self._found.fingerprints)) or 'none'}"
                " before); answers of both are judged together"
            )
        others = [each for each in self._failed if "another model" in each]
        said += [f"{self._name}: {each}; it was asked again" for each in sorted(others)]
        return said

    @property
    def spent(self) -> Mapping[str, float]:
        """What it took so far: requests, tokens, and money where prices are given."""
        read, written = self._replies.read, self._replies.written
        told: dict[str, float] = {
            "answers": self.asked,
            "sent again": self._failed.total(),
            "tokens read": read,
            "tokens written": written,
        }
        if (price := self._place.price) is not None:
            told["cost"] = (read * price[0] + written * price[1]) / 1e6
        return told

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Before a request that cannot be answered is told,
        those in flight are.
        """
        wanted = (each for each in requests if not each.known)
        trouble: McqtestError | None = None
        out = 0
        flight = Flight(
            self._line, self._answer, self._pace, retries=self._place.retries, failed=self._note
        )
        with flight:
            while True:
                if trouble is None and out <= flight.low:
                    for request in islice(wanted, flight.window - out):
                        flight.send(request)
                        out += 1
                if not out:
                    break
                landed = flight.take()
                out -= 1
                if landed.answer is not None:
                    self.asked += 1
                    yield landed.answer
                elif trouble is None:
                    trouble = self._said(landed)
                    flight.end()
        if trouble is not None:
            raise trouble

    def _line(self) -> Line:
        found = self._found
        return Line(Client(self._place), self._place, self._replies, found.model, found.server)

    def _note(self, trouble: Trouble) -> None:
        self._failed[trouble.said] += 1

    def _said(self, landed: Landed[Request, Response]) -> McqtestError:
        """Why there is no answer: to this one question, or to any."""
        assert landed.trouble is not None
        found, name = landed.trouble, landed.job.name
        if found.kind == "refused" or (found.kind == "broken" and landed.others):
            return AnswerError(f"{name}: {self._name} does not answer it ({found})")
        times = f" {self._place.retries + 1} times" if found.is_passing else ""
        return McqtestError(
            f"{self._name}: {self._place.where} does not answer{times} ({found}; {name}); the "
            "answers so far are stored, so the same command goes on from here"
        )

    async def _answer(self, line: Line, request: Request) -> Response:
        """Ask once, with fewer shots where the prompt is too long. Raises `Trouble`."""
        shots = len(request.prompt.shots)
        for left in range(shots, -1, -1):
            try:
                return await self._asked(line, request, left)
            except Trouble as error:
                if not left or not too_long(error):
                    raise
        raise AssertionError

    async def _asked(self, line: Line, request: Request, shots: int) -> Response:
        prompt = request.prompt.without(len(request.prompt.shots) - shots)
        chats = isinstance(prompt, Chat)
        decoding = request.decoding
        if decoding is None:
            way = self._ways[chats]
            assert way is not None, "checked before anything was asked"
            values = await way.score(line, prompt, request.choices)
            return Response(request.key, values, shots)
        fields = decoded(decoding, line.server, self._found.limit, chats=chats)
        reply = await line.ask(prompt, fields)
        (choice,) = reply["choices"]
        text, truncated = heard(choice, chats=chats)
        told = written(choice, text) if decoding.logprobs else ()
        if (stop := stop_at(request, text)) is not None:  # some servers take no notice of it
            text, truncated = text[:stop], False
        usage = reply.get("usage")
        tokens = usage.get("completion_tokens") if isinstance(usage, Mapping) else None
        counted = tokens if chats and type(tokens) is int and tokens >= 0 else None
        shown = self._secret.hide(text)
        told = tuple(each for each in told if each[0] <= len(shown))
        return Response(request.key, (), shots, shown, truncated, counted, spelled=told)
