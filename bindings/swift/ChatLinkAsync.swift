// Lists and states of ChatLink as asynchronous sequences. The rest of this module is generated.

import Foundation

extension Timeline {
    /// What is shown, the oldest first: the whole list, each time that it changed. Who is slow skips what lay in between.
    /// It ends when the timeline does; leaving the loop ends the subscription.
    public func items() -> AsyncStream<[Item]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observe(observer: TimelineTold(Told(continuation)))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }

    /// The threads of the room that the person follows, as `items()` tells what is shown.
    public func threads() -> AsyncStream<[FollowedThread]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observeThreads(observer: ThreadsTold(Told(continuation)))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }
}

extension RoomList {
    /// The conversations as the device keeps them, as a timeline's `items()` does.
    public func items() -> AsyncStream<[RoomEntry]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observe(observer: RoomsTold(Told(continuation)))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }
}

extension Chat {
    /// What waits to be sent, or was refused, as `items()` tells a timeline.
    public func outgoing() -> AsyncStream<[Outgoing]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observeOutgoing(observer: OutgoingTold(Told(continuation)))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }

    /// Where the connection stands: how it is, and then each change.
    public func connectionStates() -> AsyncStream<ConnectionState> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observeState(observer: StatesTold(connections: continuation, sessions: nil))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }

    /// Where the session stands. Its end comes once.
    public func sessionStates() -> AsyncStream<SessionState> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = observeState(observer: StatesTold(connections: nil, sessions: continuation))
            continuation.onTermination = { _ in subscription.stop() }
        }
    }
}

/// A list that is kept on the library's threads, one after the other, and sent on as it is then.
private final class Told<Entry: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [Entry] = []
    private let continuation: AsyncStream<[Entry]>.Continuation

    init(_ continuation: AsyncStream<[Entry]>.Continuation) {
        self.continuation = continuation
    }

    func change(_ change: (inout [Entry]) -> Void) {
        lock.lock()
        defer { lock.unlock() }
        change(&list)
        continuation.yield(list)
    }

    func end() {
        continuation.finish()
    }
}

private final class TimelineTold: TimelineObserver {
    private let told: Told<Item>

    init(_ told: Told<Item>) {
        self.told = told
    }

    func snapshot(items: [Item]) {
        told.change { $0 = items }
    }

    func changed(changes: [TimelineChange]) {
        told.change { list in
            for change in changes {
                switch change {
                case .insert(let index, let item): list.insert(item, at: Int(index))
                case .update(let index, let item): list[Int(index)] = item
                case .remove(let index): list.remove(at: Int(index))
                }
            }
        }
    }

    func ended() {
        told.end()
    }
}

private final class ThreadsTold: ThreadsObserver {
    private let told: Told<FollowedThread>

    init(_ told: Told<FollowedThread>) {
        self.told = told
    }

    func snapshot(items: [FollowedThread]) {
        told.change { $0 = items }
    }

    func changed(changes: [ThreadsChange]) {
        told.change { list in
            for change in changes {
                switch change {
                case .insert(let index, let item): list.insert(item, at: Int(index))
                case .update(let index, let item): list[Int(index)] = item
                case .remove(let index): list.remove(at: Int(index))
                }
            }
        }
    }

    func ended() {
        told.end()
    }
}

private final class RoomsTold: RoomListObserver {
    private let told: Told<RoomEntry>

    init(_ told: Told<RoomEntry>) {
        self.told = told
    }

    func snapshot(items: [RoomEntry]) {
        told.change { $0 = items }
    }

    func changed(changes: [RoomListChange]) {
        told.change { list in
            for change in changes {
                switch change {
                case .insert(let index, let item): list.insert(item, at: Int(index))
                case .update(let index, let item): list[Int(index)] = item
                case .remove(let index): list.remove(at: Int(index))
                }
            }
        }
    }

    func ended() {
        told.end()
    }
}

private final class OutgoingTold: OutgoingObserver {
    private let told: Told<Outgoing>

    init(_ told: Told<Outgoing>) {
        self.told = told
    }

    func snapshot(items: [Outgoing]) {
        told.change { $0 = items }
    }

    func changed(changes: [OutgoingChange]) {
        told.change { list in
            for change in changes {
                switch change {
                case .insert(let index, let item): list.insert(item, at: Int(index))
                case .update(let index, let item): list[Int(index)] = item
                case .remove(let index): list.remove(at: Int(index))
                }
            }
        }
    }

    func ended() {
        told.end()
    }
}

private final class StatesTold: StateObserver {
    private let connections: AsyncStream<ConnectionState>.Continuation?
    private let sessions: AsyncStream<SessionState>.Continuation?

    init(connections: AsyncStream<ConnectionState>.Continuation?, sessions: AsyncStream<SessionState>.Continuation?) {
        self.connections = connections
        self.sessions = sessions
    }

    func connection(state: ConnectionState) {
        connections?.yield(state)
    }

    func session(state: SessionState) {
        sessions?.yield(state)
    }
}
