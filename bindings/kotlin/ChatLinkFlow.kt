/** Lists and states of ChatLink as flows. The rest of this package is generated. */
package chatlink

import kotlinx.coroutines.channels.ProducerScope
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate

/**
 * What a timeline shows, the oldest first: the whole list, each time that it changed. Who is slow skips what lay in
 * between. The flow ends when the timeline does; leaving it ends the subscription.
 */
fun TimelineInterface.items(): Flow<List<Item>> = told { told ->
    observe(object : TimelineObserver {
        override fun snapshot(items: List<Item>) = told.all(items)

        override fun changed(changes: List<TimelineChange>) = told.some { list ->
            for (change in changes) when (change) {
                is TimelineChange.Insert -> list.add(change.index.toInt(), change.item)
                is TimelineChange.Update -> list[change.index.toInt()] = change.item
                is TimelineChange.Remove -> list.removeAt(change.index.toInt())
            }
        }

        override fun ended() = told.over()
    })
}

/** The threads of the room that the person follows, as [items] tells a timeline. */
fun TimelineInterface.threads(): Flow<List<FollowedThread>> = told { told ->
    observeThreads(object : ThreadsObserver {
        override fun snapshot(items: List<FollowedThread>) = told.all(items)

        override fun changed(changes: List<ThreadsChange>) = told.some { list ->
            for (change in changes) when (change) {
                is ThreadsChange.Insert -> list.add(change.index.toInt(), change.item)
                is ThreadsChange.Update -> list[change.index.toInt()] = change.item
                is ThreadsChange.Remove -> list.removeAt(change.index.toInt())
            }
        }

        override fun ended() = told.over()
    })
}

/** The conversations as the device keeps them, as [items] tells a timeline. */
fun RoomListInterface.items(): Flow<List<RoomEntry>> = told { told ->
    observe(object : RoomListObserver {
        override fun snapshot(items: List<RoomEntry>) = told.all(items)

        override fun changed(changes: List<RoomListChange>) = told.some { list ->
            for (change in changes) when (change) {
                is RoomListChange.Insert -> list.add(change.index.toInt(), change.item)
                is RoomListChange.Update -> list[change.index.toInt()] = change.item
                is RoomListChange.Remove -> list.removeAt(change.index.toInt())
            }
        }

        override fun ended() = told.over()
    })
}

/** What waits to be sent, or was refused, as [items] tells a timeline. */
fun ChatInterface.outgoing(): Flow<List<Outgoing>> = told { told ->
    observeOutgoing(object : OutgoingObserver {
        override fun snapshot(items: List<Outgoing>) = told.all(items)

        override fun changed(changes: List<OutgoingChange>) = told.some { list ->
            for (change in changes) when (change) {
                is OutgoingChange.Insert -> list.add(change.index.toInt(), change.item)
                is OutgoingChange.Update -> list[change.index.toInt()] = change.item
                is OutgoingChange.Remove -> list.removeAt(change.index.toInt())
            }
        }

        override fun ended() = told.over()
    })
}

/** Where the connection stands: how it is, and then each change. */
fun ChatInterface.connectionStates(): Flow<ConnectionState> = states { flow ->
    object : StateObserver {
        override fun connection(state: ConnectionState) {
            flow.trySend(state)
        }

        override fun session(state: SessionState) = Unit
    }
}

/** Where the session stands. Its end comes once. */
fun ChatInterface.sessionStates(): Flow<SessionState> = states { flow ->
    object : StateObserver {
        override fun connection(state: ConnectionState) = Unit

        override fun session(state: SessionState) {
            flow.trySend(state)
        }
    }
}

private fun <T> ChatInterface.states(observer: (ProducerScope<T>) -> StateObserver): Flow<T> = callbackFlow {
    val subscription = observeState(observer(this))
    awaitClose { subscription.close() }
}.conflate()

private fun <T> told(observe: (Told<T>) -> Subscription): Flow<List<T>> = callbackFlow {
    val subscription = observe(Told(this))
    awaitClose { subscription.close() }
}.conflate()

/** A list that is kept on the library's threads, one after the other, and sent on as it is then. */
private class Told<T>(private val flow: ProducerScope<List<T>>) {
    private var list = emptyList<T>()

    fun all(entries: List<T>) = some { list ->
        list.clear()
        list.addAll(entries)
    }

    @Synchronized
    fun some(change: (MutableList<T>) -> Unit) {
        list = list.toMutableList().also(change)
        flow.trySend(list)
    }

    fun over() {
        flow.close()
    }
}
