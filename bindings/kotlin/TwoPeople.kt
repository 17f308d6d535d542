/** Two people register at a running server, find each other and talk. docs/bindings.md says how it is run. */
package sample

import chatlink.ChatClient
import chatlink.ChatException
import chatlink.Content
import chatlink.CorrectionState
import chatlink.Decision
import chatlink.Item
import chatlink.MatchFilter
import chatlink.NewCorrection
import chatlink.NewMessage
import chatlink.NewPoll
import chatlink.Poll
import chatlink.Target
import chatlink.Timeline
import chatlink.items
import chatlink.threads
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

private fun text(item: Item): String? = (item.content as? Content.Message)?.text

private fun poll(item: Item): Poll? = (item.content as? Content.Message)?.poll

fun main(arguments: Array<String>) = runBlocking {
    val address = arguments[0].trimEnd('/')
    withTimeout(60_000) { ChatClient(address).use { talk(it, address) } }
}

private suspend fun talk(client: ChatClient, address: String) {
    val now = System.currentTimeMillis() / 1000
    val anna = join(client, address, "anna$now", "en", "es")
    val berta = join(client, address, "berta$now", "es", "en")
    val names = mapOf(anna.identity().userId to "anna", berta.identity().userId to "berta")

    val found = anna.matches(MatchFilter()).items.find { it.user.id == berta.identity().userId }
    println("anna finds berta: ${found?.mutual}")
    val room = anna.openDirect(berta.identity().userId)
    val hers = anna.timeline(room.id)
    val his = berta.timeline(room.id)
    hers.send("¡Hola! ¿Hablamos?")
    his.items().first { items -> items.any { text(it) != null } }
    // An answer accepts the first contact.
    his.send("Gladly! Shall we begin in English?")
    val said = hers.items().first { items -> items.count { text(it) != null } == 2 }
    for (item in said) text(item)?.let { println("${names[item.senderId]}: $it") }

    correct(hers, his)
    ask(hers, his)
    try {
        client.login("anna$now", "not her password")
    } catch (refused: ChatException.Refused) {
        println("somebody else is refused: ${refused.problem.code}")
    }
    anna.logout()
    berta.logout()
    try {
        anna.me()
    } catch (over: ChatException.LoggedOut) {
        println("anna is logged out")
    }
    listOf(hers, his, anna, berta).forEach { it.close() }
}

/** The last item, as soon as it is what is wanted. */
private suspend fun last(timeline: Timeline, wanted: (Item) -> Boolean): Item =
    timeline.items().first { items -> items.lastOrNull()?.let(wanted) ?: false }.last()

/** Anna improves what Berta said last, who takes it: both texts stand. */
private suspend fun correct(hers: Timeline, his: Timeline) {
    val said = last(hers) { text(it)!!.startsWith("Gladly") }
    hers.correct(NewCorrection(message = said.id, text = "Gladly! Shall we start in English?", version = said.version))
    val proposed = last(his) { it.corrections.isNotEmpty() }.corrections.first()
    his.decide(said.id, proposed.id, Decision.ACCEPT)
    last(hers) { item -> item.corrections.any { it.state == CorrectionState.ACCEPTED } }
    println("berta takes: ${proposed.text}")
}

/** Berta asks, Anna votes and says more about it in the thread. */
private suspend fun ask(hers: Timeline, his: Timeline) {
    his.sendMessage(NewMessage(text = "When?", poll = NewPoll(listOf("today", "tomorrow"))))
    val asked = last(hers) { poll(it) != null }
    hers.vote(Target.Sent(asked.id), listOf(1u))
    val voted = poll(last(his) { poll(it)?.voters == 1u })!!
    println("votes: ${voted.options.zip(voted.counts).toMap()}")
    hers.thread(asked.id).use { it.send("After lunch.") }
    val answers = his.thread(asked.id).use { thread -> thread.items().first { it.isNotEmpty() } }
    for (item in answers) println("in its thread: ${text(item)}")
    val unread = his.threads().first { threads -> threads.any { it.unread > 0u } }.single().unread
    println("to read in threads: $unread")
}
