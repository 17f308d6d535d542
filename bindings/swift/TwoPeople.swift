// Two people register at a running server, find each other and talk. docs/bindings.md says how it is run.

import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

let password = "violet-harbour-91-lantern"

struct Mail: Decodable {
    let to: String
    let code: String?
}

struct NoCode: Error {}

/// The code that went to a contact, out of the development mailbox.
func code(at address: String, for contact: String) async throws -> String {
    var request = URLRequest(url: URL(string: "\(address)/dev/mailbox")!)
    request.setValue("application/json", forHTTPHeaderField: "accept")
    let (body, _) = try await URLSession.shared.data(for: request)
    let mails = try JSONDecoder().decode([Mail].self, from: body)
    guard let code = mails.first(where: { $0.to == contact })?.code else { throw NoCode() }
    return code
}

func join(_ address: String, _ name: String, native: String, learns: String) async throws -> Chat {
    let contact = "\(name)@people.example"
    let registration = try await ChatClient(address: address).register(contact: contact)
    let proven = try await registration.verify(code: try await code(at: address, for: contact))
    let form = Completion(
        username: name,
        displayName: name,
        birthDate: "1990-05-17",
        country: "DE",
        timeZone: "Europe/Berlin",
        nativeLanguages: [native],
        learningLanguages: [LearningLanguage(language: learns, level: "B1")]
    )
    return try await proven.complete(form: form, password: password)
}

func text(_ item: Item) -> String? {
    if case .message(let text, _, _, _, _, _, _, _, _) = item.content { return text }
    return nil
}

func poll(_ item: Item) -> Poll? {
    if case .message(_, _, _, _, _, _, let poll, _, _) = item.content { return poll }
    return nil
}

/// The first item, looked at from the end, that is what is wanted.
func wait(_ timeline: Timeline, for wanted: (Item) -> Bool) async -> Item {
    for await items in timeline.items() {
        if let found = items.last(where: wanted) { return found }
    }
    fatalError("the timeline ended")
}

/// Anna improves what Berta said last, who takes it: both texts stand.
func correct(_ hers: Timeline, _ his: Timeline) async throws {
    let said = await wait(hers) { text($0)?.hasPrefix("Gladly") ?? false }
    let better = NewCorrection(message: said.id, text: "Gladly! Shall we start in English?", version: said.version)
    _ = try await hers.correct(correction: better)
    let proposed = await wait(his) { !$0.corrections.isEmpty }.corrections[0]
    _ = try await his.decide(message: said.id, correction: proposed.id, decision: .accept)
    _ = await wait(hers) { $0.corrections.contains { $0.state == .accepted } }
    print("berta takes: \(proposed.text)")
}

/// Berta asks, Anna votes and says more about it in the thread.
func ask(_ hers: Timeline, _ his: Timeline) async throws {
    let asking = NewMessage(text: "When?", poll: NewPoll(options: ["today", "tomorrow"]))
    _ = try await his.sendMessage(message: asking)
    let asked = await wait(hers) { poll($0) != nil }
    _ = try await hers.vote(target: .sent(id: asked.id), choices: [1])
    let voted = poll(await wait(his) { poll($0)?.voters == 1 })!
    print("votes: \(voted.counts)")
    _ = try await hers.thread(root: asked.id).send(text: "After lunch.")
    let answer = await wait(his.thread(root: asked.id)) { text($0) != nil }
    print("in its thread: \(text(answer)!)")
    for await threads in his.threads() {
        guard let unread = threads.first?.unread, unread > 0 else { continue }
        print("to read in threads: \(unread)")
        break
    }
}

/// Waits until so many messages are shown.
func until(_ timeline: Timeline, _ count: Int) async -> [Item] {
    for await items in timeline.items() {
        let messages = items.filter { text($0) != nil }
        if messages.count >= count { return messages }
    }
    return []
}

@main
struct TwoPeople {
    static func main() async throws {
        let address = CommandLine.arguments[1]
        let now = Int(Date().timeIntervalSince1970)
        let anna = try await join(address, "anna\(now)", native: "en", learns: "es")
        let berta = try await join(address, "berta\(now)", native: "es", learns: "en")
        let names = [anna.identity().userId: "anna", berta.identity().userId: "berta"]

        let found = try await anna.matches(filter: MatchFilter()).items.first { $0.user.id == berta.identity().userId }
        print("anna finds berta: \(found?.mutual ?? false)")
        let room = try await anna.openDirect(user: berta.identity().userId)
        let hers = try anna.timeline(room: room.id)
        let his = try berta.timeline(room: room.id)
        _ = try await hers.send(text: "¡Hola! ¿Hablamos?")
        _ = await until(his, 1)
        // An answer accepts the first contact.
        _ = try await his.send(text: "Gladly! Shall we begin in English?")
        for item in await until(hers, 2) {
            print("\(names[item.senderId]!): \(text(item)!)")
        }
        try await correct(hers, his)
        try await ask(hers, his)
        do {
            _ = try await ChatClient(address: address).login(login: "anna\(now)", password: "not her password")
        } catch ChatError.Refused(let problem) {
            print("somebody else is refused: \(problem.code)")
        }
        try await anna.logout()
        try await berta.logout()
        do {
            _ = try await anna.me()
        } catch ChatError.LoggedOut {
            print("anna is logged out")
        }
    }
}
