"""What foreign code may do badly, against a running server. Each promise that was seen to hold is a line."""

import asyncio
import gc
import sys
import threading

import chatlink
from chatlink import ChatClient, ChatError
from two_people import PASSWORD, code_for, join, until, words

PATIENCE = 30


class Keychain(chatlink.TokenStore):
    def __init__(self):
        self.kept = None

    def load(self):
        return self.kept

    def save(self, text):
        self.kept = text

    def clear(self):
        self.kept = None


class Broken(Keychain):
    def load(self):
        raise RuntimeError("no keychain today")


class Observer(chatlink.TimelineObserver):
    """Keeps what it is told; throws where it is told to."""

    def __init__(self, throws_at=()):
        self.calls, self.throws_at, self.told = [], set(throws_at), threading.Condition()

    def hear(self, call):
        with self.told:
            self.calls.append(call)
            self.told.notify_all()
            if len(self.calls) in self.throws_at:
                raise ValueError("an observer that fails")

    def snapshot(self, items):
        self.hear(("snapshot", items))

    def changed(self, changes):
        self.hear(("changed", changes))

    def ended(self):
        self.hear(("ended", None))

    async def heard(self, enough):
        """Waits until what was told is enough."""

        def wait():
            with self.told:
                assert self.told.wait_for(lambda: enough(self.calls), PATIENCE), [kind for kind, _ in self.calls]

        await asyncio.to_thread(wait)


async def expect(kind, call):
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"no {kind}")


async def wrong_code(address):
    registration = await ChatClient(address).register("carla@people.example")
    code = await asyncio.to_thread(code_for, address, "carla@people.example")
    wrong = "000000" if code != "000000" else "111111"
    first = (await expect(ChatError.Refused, registration.verify(wrong))).problem
    second = (await expect(ChatError.Refused, registration.verify(wrong))).problem
    assert (first.code, first.tries_left - second.tries_left) == ("code_wrong", 1), (first, second)
    await registration.verify(code)
    print("a wrong code leaves the attempt, with one try fewer")


async def no_id(chat):
    error = await expect(ChatError.NoId, chat.profile("not-an-id"))
    assert error.retry().is_NEVER()
    print("an id that is none is an error of ours")


async def throws(timeline):
    # It throws at the snapshot, so that it is told the whole list; then it hears changes.
    bad, good = Observer(throws_at=[1]), Observer()
    subscriptions = [timeline.observe(bad), timeline.observe(good)]
    await good.heard(lambda calls: calls)
    await timeline.send("one")
    await bad.heard(lambda calls: len(calls) >= 2)
    await timeline.send("two")
    last = lambda calls: any(holds(call, "two") for call in calls)
    await bad.heard(last)
    await good.heard(last)
    kinds = [kind for kind, _ in bad.calls[:3]]
    assert kinds == ["snapshot", "snapshot", "changed"], kinds
    assert [kind for kind, _ in good.calls].count("snapshot") == 1, good.calls
    for subscription in subscriptions:
        subscription.stop()
    print("who throws is told the whole list, and others are told as if nothing were")


def holds(call, text):
    kind, what = call
    items = what if kind == "snapshot" else [change.item for change in what or [] if not change.is_REMOVE()]
    return any(said == text for _, said in words(items))


async def stops_from_inside(timeline):
    class Once(Observer):
        def hear(self, call):
            subscription.stop()
            super().hear(call)

    # What is told first waits until there is something to stop.
    ready = threading.Event()
    once = Once()
    once.snapshot = lambda items: (ready.wait(PATIENCE), once.hear(("snapshot", items)))
    subscription = timeline.observe(once)
    ready.set()
    await once.heard(lambda calls: calls)
    watcher = Observer()
    watching = timeline.observe(watcher)
    await timeline.send("three")
    await watcher.heard(lambda calls: any(holds(call, "three") for call in calls))
    watching.stop()
    assert [kind for kind, _ in once.calls] == ["snapshot"], once.calls
    print("who stopped hears nothing more, even from inside")


async def given_up(timeline, other):
    call = asyncio.ensure_future(timeline.send("four"))
    # It comes as far as its first wait, and no further.
    await asyncio.sleep(0)
    call.cancel()
    assert (await asyncio.gather(call, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    said = await until(other, 4)
    assert [text for _, text in said] == ["one", "two", "three", "four"], said
    print("a call that is given up runs to its end")


async def kept(address, name):
    keychain = Keychain()
    chat = await ChatClient(address, tokens=keychain).login(name, PASSWORD)
    assert keychain.kept is not None
    again = await ChatClient(address, tokens=keychain).restore()
    assert again.identity() == chat.identity()
    await again.logout()
    assert keychain.kept is None and await ChatClient(address, tokens=keychain).restore() is None
    print("a session is kept by the store of the app, and found there")
    await expect(ChatError.Store, ChatClient(address, tokens=Broken()).restore())
    print("a store that throws is a typed error")


async def no_line():
    # Nothing listens on the port that is nobody's.
    error = await expect(ChatError.Unreachable, ChatClient("http://127.0.0.1:1").login("anna", PASSWORD))
    assert error.retry().is_WHEN_ONLINE()
    print("what failed for want of a line says when to try again")


async def story(address):
    await wrong_code(address)
    anna, berta = await join(address, "anna", "en", "es"), await join(address, "berta", "es", "en")
    await no_id(anna)
    room = (await anna.open_direct(berta.identity().user_id)).id
    await berta.rooms().accept(room)
    hers, his = anna.timeline(room), berta.timeline(room)
    await throws(hers)
    await stops_from_inside(hers)
    await given_up(hers, his)
    await kept(address, "anna")
    await no_line()


async def main(address):
    before = chatlink.alive_objects()
    await story(address)
    gc.collect()
    # Tasks that were aborted are dropped by their own threads, soon.
    for _ in range(PATIENCE * 100):
        if chatlink.alive_objects() == before:
            print("nothing is left")
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{chatlink.alive_objects() - before} objects are left")


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(sys.argv[1]), timeout=100))
