/** People who join a server with a development mailbox. */
package sample

import chatlink.Chat
import chatlink.ChatClient
import chatlink.Completion
import chatlink.LearningLanguage
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

const val PASSWORD = "violet-harbour-91-lantern"

/** The code that went to a contact, out of the development mailbox. */
private fun codeFor(address: String, contact: String): String {
    val request = HttpRequest.newBuilder(URI("$address/dev/mailbox")).header("accept", "application/json").build()
    val mails = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body()
    // One flat object a mail: no parser of JSON for two members.
    val mail = Regex("""\{[^{}]*\}""").findAll(mails).map { it.value }.first { "\"to\":\"$contact\"" in it }
    return Regex(""""code":"(\d+)"""").find(mail)!!.groupValues[1]
}

fun form(name: String, native: String, learns: String) = Completion(
    username = name,
    displayName = name,
    birthDate = "1990-05-17",
    country = "DE",
    timeZone = "Europe/Berlin",
    nativeLanguages = listOf(native),
    learningLanguages = listOf(LearningLanguage(learns, "B1")),
)

/** Joins as newcomers do: a contact, the code out of the mailbox, an account. */
suspend fun join(client: ChatClient, address: String, name: String, native: String, learns: String): Chat {
    val contact = "$name@people.example"
    return client.register(contact).use { registration ->
        val code = withContext(Dispatchers.IO) { codeFor(address, contact) }
        registration.verify(code).use { it.complete(form(name, native, learns), PASSWORD) }
    }
}
