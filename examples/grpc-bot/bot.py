"""A bot that says again what it is told, over gRPC. README.md says how it is run."""

import os
import random
import sys
import time
import uuid

import grpc
from chatlink.v1 import problem_pb2, realtime_pb2, realtime_pb2_grpc, rooms_pb2, rooms_pb2_grpc
from chatlink.v1 import timeline_pb2, timeline_pb2_grpc
from grpc_status import rpc_status

# Names the answer to a message by the message: the same one twice is answered once.
ANSWERS = uuid.UUID("6b2f0c1e-4d57-4c1a-9a6e-3d0f5b9f2a11")
CALL_SECONDS = 5
LONGEST_PAUSE_SECONDS = 60


def problem_of(error):
    """What the server says of its refusal; None where a library refused."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        problem = problem_pb2.Problem()
        if detail.Unpack(problem):
            return problem
    return None


class Bot:
    def __init__(self, channel, token):
        self.rooms = rooms_pb2_grpc.RoomsStub(channel)
        self.timeline = timeline_pb2_grpc.TimelineStub(channel)
        self.realtime = realtime_pb2_grpc.RealtimeStub(channel)
        self.metadata = (("authorization", f"Bearer {token}"),)
        self.me = None
        # Where it stands: what came up to here was answered.
        self.epoch, self.user_seq, self.known = "", 0, {}

    def call(self, method, message):
        return method(message, metadata=self.metadata, timeout=CALL_SECONDS)

    def accept_all(self):
        """Lets everybody write who asked to. A bot answers whom it is written to."""
        for room in self.call(self.rooms.ListRequests, rooms_pb2.ListRequestsRequest()).items:
            self.call(self.rooms.AcceptRequest, rooms_pb2.AcceptRequestRequest(room_id=room.id))
            self.catch_up(room.id)

    def catch_up(self, room_id):
        """Answers what was said in a room since it was last looked at."""
        complete = False
        while not complete:
            after = self.known.get(room_id, 0)
            page = self.call(self.timeline.ListEvents, timeline_pb2.ListEventsRequest(room_id=room_id, after=after))
            for event in page.events:
                self.hear(event)
            complete = page.complete

    def hear(self, event):
        if event.seq <= self.known.get(event.room_id, 0):
            return
        message = event.body.message if event.body.WhichOneof("kind") == "message" else None
        if message is not None and message.text and event.sender_id != self.me:
            self.answer(event, message.text)
        self.known[event.room_id] = event.seq

    def answer(self, event, text):
        client_id = str(uuid.uuid5(ANSWERS, event.id))
        said = timeline_pb2.SendMessageRequest(room_id=event.room_id, client_id=client_id, text=text, reply_to=event.id)
        try:
            self.call(self.timeline.SendMessage, said)
        except grpc.RpcError as error:
            problem = problem_of(error)
            if problem is None or problem.retry:
                raise
            print(f"not answered: {problem.code}", file=sys.stderr)

    def listen(self):
        """Hears until the stream ends, with what was missed first."""
        resume = realtime_pb2.Resume(epoch=self.epoch, user_seq=self.user_seq, rooms=dict(list(self.known.items())[:200]))
        first = [realtime_pb2.ClientFrame(id=1, resume=resume)] if self.epoch else []
        for frame in self.realtime.Connect(iter(first), metadata=self.metadata):
            kind = frame.WhichOneof("frame")
            if kind == "hello":
                self.me = frame.hello.user_id
                self.epoch, self.user_seq = frame.hello.epoch, frame.hello.user_seq
                for room in frame.hello.rooms.items:
                    self.known.setdefault(room.id, room.read_seq)
                    self.catch_up(room.id)
                self.accept_all()
                print("listening", flush=True)
            elif kind == "event":
                if frame.event.seq == self.known.get(frame.event.room_id, 0) + 1:
                    self.hear(frame.event)
                else:
                    self.catch_up(frame.event.room_id)
            elif kind == "user_event":
                self.user_seq = frame.user_event.user_seq
                if frame.user_event.kind == "room":
                    self.accept_all()
            elif kind in ("gap", "resync"):
                for room_id in list(self.known):
                    self.catch_up(room_id)
            elif kind == "reset":
                self.epoch, self.user_seq, self.known = frame.reset.epoch, 0, {}

    def run(self):
        pause = 1
        while True:
            try:
                self.listen()
                pause = 1
            except grpc.RpcError as error:
                problem = problem_of(error)
                print(f"ended: {problem.code if problem else error.code()}", file=sys.stderr)
                # The token is wrong, revoked, or lacks a scope: to come back would not help.
                if problem is not None and problem.code in ("unauthenticated", "forbidden"):
                    print(problem.detail or problem.title, file=sys.stderr)
                    sys.exit(1)
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


if __name__ == "__main__":
    with grpc.insecure_channel(sys.argv[1]) as channel:
        Bot(channel, os.environ["CHATLINK_BOT_TOKEN"]).run()
