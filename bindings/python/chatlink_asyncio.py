"""Lists of ChatLink as asynchronous iterators: each step is the whole list as it is then.

Who is slow skips what lay in between; nothing piles up, and nobody waits for him. Leaving the loop ends the subscription.

    async with contextlib.aclosing(items(timeline)) as lists:
        async for now in lists:
            print(len(now), "messages")
"""

import asyncio
import threading

import chatlink


def items(timeline):
    """What a timeline shows, the oldest first."""
    return _lists(_Timeline, timeline.observe)


def threads(timeline):
    """The threads of the room that the person follows, the one in which something was said last first."""
    return _lists(_Threads, timeline.observe_threads)


def rooms(room_list):
    """The conversations as the device keeps them."""
    return _lists(_Rooms, room_list.observe)


def outgoing(chat):
    """What waits to be sent, or was refused."""
    return _lists(_Outgoing, chat.observe_outgoing)


class _Mirror:
    """A list that is kept on the library's threads and looked at on the event loop's."""

    def __init__(self):
        self.lock = threading.Lock()
        self.list, self.over = [], False
        self.loop, self.moved = asyncio.get_running_loop(), asyncio.Event()

    def snapshot(self, entries):
        with self.lock:
            self.list = list(entries)
        self.wake()

    def changed(self, changes):
        with self.lock:
            for change in changes:
                if change.is_REMOVE():
                    del self.list[change.index]
                elif change.is_INSERT():
                    self.list.insert(change.index, change.item)
                else:
                    self.list[change.index] = change.item
        self.wake()

    def ended(self):
        self.over = True
        self.wake()

    def wake(self):
        try:
            self.loop.call_soon_threadsafe(self.moved.set)
        except RuntimeError:
            pass  # The loop is closed: nobody looks any more.

    def look(self):
        self.moved.clear()
        with self.lock:
            return list(self.list)


class _Timeline(_Mirror, chatlink.TimelineObserver):
    pass


class _Threads(_Mirror, chatlink.ThreadsObserver):
    pass


class _Rooms(_Mirror, chatlink.RoomListObserver):
    pass


class _Outgoing(_Mirror, chatlink.OutgoingObserver):
    pass


async def _lists(kind, observe):
    mirror = kind()
    subscription = observe(mirror)
    try:
        while not mirror.over:
            await mirror.moved.wait()
            yield mirror.look()
    finally:
        subscription.stop()
