/**
 * Ten thousand calls with callbacks, or as many as the second argument says, under load and with the collector at work:
 * nothing crashes, and nothing is left.
 * docs/bindings.md says how it is run.
 */
package chatlink

import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import sample.join

private const val AT_ONCE = 64
private const val GROWTH_MIB = 48

private val callbacks = AtomicInteger()
private val thrown = AtomicInteger()

/** Hears a snapshot, and throws at whatever comes then. */
private class Once : TimelineObserver {
    val heard = CompletableDeferred<Int>()

    override fun snapshot(items: List<Item>) {
        callbacks.incrementAndGet()
        heard.complete(items.size)
    }

    override fun changed(changes: List<TimelineChange>) {
        callbacks.incrementAndGet()
        thrown.incrementAndGet()
        throw IllegalStateException("an observer that fails")
    }

    override fun ended() = Unit
}

fun main(arguments: Array<String>) {
    val address = arguments[0].trimEnd('/')
    val calls = arguments.getOrNull(1)?.toInt() ?: 10_000
    check(aliveObjects() == 0UL)
    val collecting = thread(isDaemon = true) {
        while (true) {
            ByteArray(1 shl 20)
            System.gc()
            java.lang.Thread.sleep(20)
        }
    }
    runBlocking { withTimeout(600_000) { ChatClient(address).use { load(it, address, calls) } } }
    runBlocking { withTimeout(30_000) { nothingIsLeft() } }
    check(collecting.isAlive)
    println("nothing is left")
}

private suspend fun load(client: ChatClient, address: String, count: Int) = withContext(Dispatchers.Default) {
    val anna = join(client, address, "anna", "en", "es")
    val berta = join(client, address, "berta", "es", "en")
    val room = anna.openDirect(berta.identity().userId).id
    berta.rooms().use { it.accept(room) }
    val hers = anna.timeline(room)
    val his = berta.timeline(room)
    val listening = launch { his.items().collect { callbacks.incrementAndGet() } }

    calls(anna, hers, count / 5)
    val before = resident()
    calls(anna, hers, count * 4 / 5)
    val after = resident()
    println("$count calls, ${callbacks.get()} callbacks, ${thrown.get()} of them threw")
    println("resident: $before MiB after a fifth of them, $after MiB after all")
    check(callbacks.get() >= count / 4) { "too few callbacks" }
    check(after - before < GROWTH_MIB) { "it grew by ${after - before} MiB" }

    // What was said last arrives, whatever went on: nothing of it stands still.
    val last = hers.send("that was it")
    his.items().first { items -> items.lastOrNull()?.clientId == last }
    listening.cancel()
    anna.logout()
    berta.logout()
    listOf(hers, his, anna, berta).forEach { it.close() }
}

private suspend fun calls(chat: Chat, timeline: Timeline, count: Int) = coroutineScope {
    val next = AtomicInteger()
    List(AT_ONCE) {
        async {
            while (true) {
                val number = next.getAndIncrement()
                if (number >= count) return@async
                call(chat, timeline, number)
            }
        }
    }.awaitAll()
}

private suspend fun call(chat: Chat, timeline: Timeline, number: Int) {
    when (number % 8) {
        // A subscription that is closed, and one that is left to the collector.
        0, 1, 2 -> Once().let { once -> timeline.observe(once).use { once.heard.await() } }
        3 -> Once().let { once -> timeline.observe(once).also { once.heard.await() } }
        4 -> said(timeline, "number $number")
        // Given up half-way.
        5 -> withTimeoutOrNull(1) { chat.matches(MatchFilter()) }
        6 -> chat.timeline(timeline.room()).use { it.typing() }
        else -> try {
            chat.profile("no-id")
            error("there is nobody of this name")
        } catch (_: ChatException.NoId) {
        }
    }
}

private suspend fun said(timeline: Timeline, text: String) {
    while (true) {
        try {
            timeline.send(text)
            return
        } catch (_: ChatException.QueueFull) {
            delay(5)
        }
    }
}

private suspend fun nothingIsLeft() {
    while (true) {
        val observers = FfiConverterTypeTimelineObserver.handleMap.size
        val futures = uniffiContinuationHandleMap.size
        if (aliveObjects() == 0UL && observers == 0 && futures == 0) return
        yield()
        System.gc()
        delay(50)
    }
}

private fun resident(): Long {
    System.gc()
    val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
    return line.filter(Char::isDigit).toLong() / 1024
}
