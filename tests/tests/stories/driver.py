"""Does what a story asks of the bindings: a line of JSON in, a line of JSON out.

Objects that live on are named by numbers: `{"do": "verify", "of": 3, "with": ["123456"]}`.
"""

import asyncio
import contextlib
import json
import sys

from chatlink import ChatClient, ChatError, Completion, LearningLanguage, MatchFilter, Target
from chatlink_asyncio import items, outgoing

PATIENCE_SECONDS = 30


class Member:
    def __init__(self, chat):
        self.chat, self.timelines = chat, {}

    def id(self):
        return self.chat.identity().user_id

    def timeline(self, room):
        return self.timelines.setdefault(room, self.chat.timeline(room))

    async def finds(self):
        page = await self.chat.matches(MatchFilter())
        return [found.user.id for found in page.items]

    async def open(self, other):
        return (await self.chat.open_direct(other)).id

    async def say(self, room, text):
        await self.settled(await self.timeline(room).send(text))

    async def edit(self, room, message, text):
        await self.settled(await self.timeline(room).edit(Target.SENT(message), text))

    async def settled(self, job):
        async with contextlib.aclosing(outgoing(self.chat)) as lists:
            async for waiting in lists:
                left = [entry for entry in waiting if entry.id == job]
                if not left:
                    return
                if left[0].state.is_FAILED():
                    await self.chat.cancel(job)
                    raise ChatError.Refused(left[0].state.problem)

    async def hears(self, room, count):
        async with contextlib.aclosing(items(self.timeline(room))) as lists:
            async for now in lists:
                texts = [item.content.text for item in now if item.content.is_MESSAGE()]
                if len(texts) >= count:
                    return texts

    async def fall(self):
        await self.chat.background()

    async def rise(self):
        await self.chat.foreground()

    async def log_out(self):
        await self.chat.logout()


class Attempt:
    def __init__(self, registration):
        self.registration, self.proven = registration, None

    async def verify(self, code):
        self.proven = await self.registration.verify(code)

    async def complete(self, username, password, native, learns, born, country, level):
        form = Completion(
            username=username,
            display_name=username,
            birth_date=born,
            country=country,
            native_languages=[native],
            learning_languages=[LearningLanguage(language=learns, level=level)],
        )
        return Member(await self.proven.complete(form, password))


class Edge:
    def __init__(self, address):
        self.client = ChatClient(address)

    async def register(self, contact):
        return Attempt(await self.client.register(contact))

    async def log_in(self, login, password):
        return Member(await self.client.login(login, password))


def told(error):
    """A refusal as the bindings tell it."""
    if isinstance(error, ChatError.LoggedOut):
        return {"code": "unauthenticated", "fields": [], "tries_left": None}
    problem = error.problem
    fields = [field.name for field in problem.fields]
    return {"code": problem.code, "fields": fields, "tries_left": problem.tries_left}


async def main(address):
    things = [Edge(address)]
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        try:
            answer = getattr(things[asked["of"]], asked["do"])(*asked["with"])
            if asyncio.iscoroutine(answer):
                answer = await asyncio.wait_for(answer, PATIENCE_SECONDS)
            if isinstance(answer, (Attempt, Member)):
                things.append(answer)
                answer = len(things) - 1
            answer = {"ok": answer}
        except (ChatError.Refused, ChatError.LoggedOut) as error:
            answer = {"refused": told(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
