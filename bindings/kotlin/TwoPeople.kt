/** Two people register at a running server, find each other and talk. docs/bindings.md says how it is run. */
package sample

import chatlink.ChatClient
import chatlink.ChatException
import chatlink.Content
import chatlink.Item
import chatlink.MatchFilter
import chatlink.items
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

private fun text(item: Item): String? = (item.content as? Content.Message)?.text

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
