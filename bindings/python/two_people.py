"""Two people register at a running server, find each other and talk.

`cargo xtask run` starts a server with a development mailbox; then
`bindings/generate.sh python` and `PYTHONPATH=target/bindings/python python3 bindings/python/two_people.py http://localhost:8080`.
"""

import asyncio
import contextlib
import json
import sys
import time
import urllib.request

from chatlink import (
    ChatClient,
    ChatError,
    Completion,
    CorrectionState,
    Decision,
    LearningLanguage,
    MatchFilter,
    NewCorrection,
    NewMessage,
    NewPoll,
    Target,
)
from chatlink_asyncio import items, rooms, threads

PASSWORD = "violet-harbour-91-lantern"


def code_for(address, contact):
    """The code that went to a contact, out of the development mailbox."""
    request = urllib.request.Request(f"{address}/dev/mailbox", headers={"accept": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return next(mail["code"] for mail in json.load(answer) if mail["to"] == contact)


async def join(address, name, native, learns):
    contact = f"{name}@people.example"
    registration = await ChatClient(address).register(contact)
    code = await asyncio.to_thread(code_for, address, contact)
    proven = await registration.verify(code)
    form = Completion(
        username=name,
        display_name=name,
        birth_date="1990-05-17",
        country="DE",
        time_zone="Europe/Berlin",
        native_languages=[native],
        learning_languages=[LearningLanguage(language=learns, level="B1")],
    )
    try:
        # Too easy: it is refused with the field's name, and may be tried again.
        await proven.complete(form, "password")
    except ChatError.Refused as refused:
        print(f"{name} is refused: {refused.problem.code}, {[field.name for field in refused.problem.fields]}")
    return await proven.complete(form, PASSWORD)


def words(now):
    """Who said what."""
    return [(item.sender_id, item.content.text) for item in now if item.content.is_MESSAGE()]


async def first(lists, wanted):
    """The list as it is when it first is what is wanted."""
    async with contextlib.aclosing(lists):
        async for now in lists:
            if wanted(now):
                return now


async def until(timeline, count):
    """Waits until so many messages are shown."""
    return words(await first(items(timeline), lambda now: len(words(now)) >= count))


async def last_words(room_list, count):
    """Who the rooms are with and what was said there last, as soon as there are so many, each with words."""
    async with contextlib.aclosing(rooms(room_list)) as lists:
        async for now in lists:
            said = [room for room in now if room.last_item and room.last_item.content.is_MESSAGE()]
            if len(said) >= count:
                return [(room.partner.id, room.last_item.content.text) for room in said]


async def last(timeline, wanted):
    """The last item, as soon as it is what is wanted."""
    return (await first(items(timeline), lambda now: now and wanted(now[-1])))[-1]


async def correct(hers, his):
    """Anna improves what Berta said last, who takes it: both texts stand."""
    said = await last(hers, lambda item: item.content.text.startswith("Gladly"))
    better = NewCorrection(message=said.id, text="Gladly! Shall we start in English?", version=said.version)
    await hers.correct(better)
    proposed = (await last(his, lambda item: item.corrections)).corrections[0]
    await his.decide(said.id, proposed.id, Decision.ACCEPT)
    await last(hers, lambda item: item.corrections and item.corrections[0].state == CorrectionState.ACCEPTED)
    print(f"berta takes: {proposed.text}")


async def ask(hers, his):
    """Berta asks, Anna votes and says more about it in the thread."""
    await his.send_message(NewMessage(text="When?", poll=NewPoll(options=["today", "tomorrow"])))
    asked = await last(hers, lambda item: item.content.poll)
    await hers.vote(Target.SENT(asked.id), [1])
    poll = (await last(his, lambda item: item.content.poll and item.content.poll.voters == 1)).content.poll
    print("votes:", dict(zip(poll.options, poll.counts)))
    await hers.thread(asked.id).send("After lunch.")
    for _, text in await until(his.thread(asked.id), 1):
        print(f"in its thread: {text}")
    (thread,) = await first(threads(his), lambda now: any(thread.unread for thread in now))
    print(f"to read in threads: {thread.unread}")


async def main(address):
    now = int(time.time())
    anna = await join(address, f"anna{now}", "en", "es")
    berta = await join(address, f"berta{now}", "es", "en")
    names = {anna.identity().user_id: "anna", berta.identity().user_id: "berta"}

    page = await anna.matches(MatchFilter())
    found = [match for match in page.items if match.user.id == berta.identity().user_id]
    print(f"anna finds berta: {bool(found) and found[0].mutual}")
    room = await anna.open_direct(berta.identity().user_id)
    hers, his = anna.timeline(room.id), berta.timeline(room.id)
    await hers.send("¡Hola! ¿Hablamos?")
    await until(his, 1)
    # An answer accepts the first contact.
    await his.send("Gladly! Shall we begin in English?")
    for sender, text in await until(hers, 2):
        print(f"{names[sender]}: {text}")
    await correct(hers, his)
    await ask(hers, his)
    for partner, text in await last_words(berta.rooms(), 1):
        print(f"berta's list: {names[partner]}, {text}")
    await anna.logout()
    await berta.logout()
    try:
        await anna.me()
    except ChatError.LoggedOut:
        print("anna is logged out")


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(sys.argv[1].rstrip("/")), timeout=60))
