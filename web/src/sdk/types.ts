/**
 * The shapes on the wire, version 1, as the client reads them. Unknown fields are ignored; a new kind of event or frame
 * must never break a reader, so those unions stay open (`string`).
 */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Id = string;

/** The sender of what the host says in its own name: nobody's account. */
export const SYSTEM: Id = "00000000-0000-0000-0000-000000000000";
export type Level = "A1" | "A2" | "B1" | "B2" | "C1" | "C2";
export const LEVELS: readonly Level[] = ["A1", "A2", "B1", "B2", "C1", "C2"];

export type LearningLanguage = Schemas["LearningLanguage"];
export type Profile = Schemas["Profile"];
export type Contact = Schemas["Contact"];
export type Me = Schemas["Me"];
export type MePatch = Schemas["UpdateMeRequest"];
export type Languages = Schemas["LanguagesRequest"];
export type Reaction = Schemas["ReactionCount"];
export type Member = Schemas["Member"];
export type Ban = Schemas["Ban"];
export type Invite = Schemas["Invite"];
export type NewInvite = Schemas["NewInvite"];
export type FreshInvite = Schemas["FreshInvite"];
export type InvitePreview = Schemas["InvitePreview"];
export type PublicRoom = Schemas["PublicRoom"];
export type Asking = Schemas["Asking"];
export type Invitation = Schemas["Invitation"];
export type SentInvitation = Schemas["SentInvitation"];
export type RoomPatch = Schemas["RoomPatch"];
export type Receipt = Schemas["Receipt"];
export type Receipts = Schemas["Receipts"];
export type Settings = Schemas["Settings"];
/** Of which messages one is told. */
export type Notify = Settings["notify"];
export type QuietHours = Schemas["QuietHours"];
/** Of these, in rooms that say nothing else, and when of none. */
export type Alerts = Pick<Settings, "notify" | "quiet_hours">;
export type SessionItem = Schemas["SessionItem"];
export type Attempt = Schemas["Attempt"];
export type Proof = Schemas["Proof"];
export type Completion = Schemas["CompleteRegistration"];
export type Report = Schemas["ReportRequest"];
export type LoginAnswer = Schemas["LoggedInAnswer"];
export type FieldError = Schemas["FieldError"];
export type Match = Omit<Schemas["Match"], "reasons"> & { reasons: Reason[] };
export type OwnerProof = Schemas["OwnerProof"];
export type Passkey = Schemas["PasskeyItem"];
export type PasskeyCeremony = Schemas["PasskeyCeremony"];
export type PasskeyCredential = Schemas["PasskeyCredential"];
export type FactorOffer = Schemas["TotpOffer"];
export type SecurityEvent = Schemas["SecurityLogItem"];
export type Block = Schemas["Block"];
/** Somebody on one's contact list. */
export type KeptPerson = Schemas["KeptPerson"];
export type SearchRequest = Schemas["SearchRequest"];
export type PrefsChange = Schemas["PrefsPatch"];
export type Person = Schemas["Person"];
/** A person's picture: where its two sizes are. */
export type Picture = Schemas["Avatar"];
export type AgeBand = Schemas["AgeBand"];

export interface Brief {
	id: Id;
	username: string;
	display_name: string;
	/** Initials stand for it where there is none. */
	avatar?: Picture | null;
}

/** Why two people were matched. A later version may know more reasons. */
export interface Reason {
	code: string;
	language?: string;
	level?: string;
	interest?: string;
	hours?: number;
}

export interface MatchFilter {
	learning?: string;
	native?: string;
	min_level?: string;
	country?: string;
}

/** Which public groups. */
export interface PublicFilter {
	language?: string;
	level?: string;
}

export interface Page<T> {
	items: T[];
	next_cursor?: string | null;
}

/** One change: the code points `from` to `to` of the original give way to `text`. */
export interface Span {
	from: number;
	to: number;
	text: string;
}

export const CORRECTION_KINDS = ["spelling", "grammar", "word_choice", "style"] as const;

/** What a correction says. */
export interface CorrectionWords {
	original: string;
	text: string;
	spans: Span[];
	/** One of `CORRECTION_KINDS`, or of a later version. */
	kind?: string | null;
	note?: string | null;
}

/** A partner's improved text of a version of a message. */
export interface Correction {
	id: Id;
	sender_id: Id;
	at: string;
	version: number;
	/** `open`, `accepted` or `declined`. */
	state: string;
	words: CorrectionWords;
}

export interface NewCorrection {
	client_id: Id;
	text: string;
	note?: string;
	kind?: (typeof CORRECTION_KINDS)[number];
	version: number;
}

/** A correction of one of one's own messages. */
export interface ReceivedCorrection {
	room_id: Id;
	message_id: Id;
	message_seq: number;
	message_version: number;
	/** When the message is gone, and this with it. */
	expires_at?: string | null;
	by: Person;
	correction: Correction;
}

/** What a message asks. An option is named by its place. */
export interface Poll {
	options: string[];
	/** Several may be chosen at once. */
	multiple?: boolean;
	closes_at?: string | null;
}

export interface AskedPoll {
	options: string[];
	multiple?: boolean;
	/** Seconds until it closes by itself. */
	closes_in?: number;
}

/** A poll that is sent as the message that it is. */
export interface NewPoll {
	client_id: Id;
	text: string;
	poll: AskedPoll;
	expires_in?: number;
}

/** How the votes stand. */
export interface Tally {
	/** One an option, in the poll's order. */
	counts: number[];
	voters: number;
	closed?: boolean;
}

/** What a person chose: votes are open. */
export interface PersonsVote {
	user: Person;
	choices: number[];
}

export interface Body {
	text?: string;
	reply_to?: Id | null;
	expires_at?: string | null;
	/** The reader hid it for himself. */
	hidden?: boolean;
	target?: Id;
	version?: number;
	key?: string | null;
	/** Of a reaction or a vote: the one that it replaces. */
	previous?: string | number[] | null;
	choices?: number[];
	poll?: Poll;
	user_id?: Id;
	change?: string;
	until?: string;
	role?: string;
	title?: string;
	topic?: string;
	posting?: string;
	visibility?: string;
	join?: string;
	language?: string;
	level?: string;
	/** How many seconds messages stay from now on; 0: without end. */
	expires_in?: number;
	/** The version of a group's new picture; empty: none any more. */
	avatar?: string;
	words?: CorrectionWords | null;
	correction?: Id;
	state?: string;
	pinned?: boolean;
	forwarded?: boolean;
	mentions?: Id[];
	mentions_all?: boolean;
	/** The message in whose thread it stands. */
	thread?: Id;
}

/** A message that shall be sent later. */
export interface ScheduleRequest {
	room_id: Id;
	text: string;
	reply_to?: Id | null;
	mentions?: Id[];
	mentions_all?: boolean;
	expires_in?: number | null;
	poll?: Schemas["AskedPoll"] | null;
	thread?: Id | null;
	send_at: string;
}

/** A message that waits for its time, or that could not be sent. */
export interface Scheduled extends ScheduleRequest {
	/** The name that it will have. */
	client_id: Id;
	/** The error code for which it was not sent. */
	failed?: string;
}

/** The words that a message once had. */
export interface MessageVersion {
	version: number;
	text: string;
	at: string;
}

/** A message that one starred. */
export interface StarItem {
	room_id: Id;
	item: Item;
	starred_at: string;
}

export type Draft = Schemas["Draft"];

/** What a page says of itself: its own words, to be shown as text. */
export type LinkPreview = Schemas["LinkPreview"];

/** A message that was found, and where in its text the words stand, in code points. */
export interface SearchItem {
	room_id: Id;
	event: Envelope;
	highlights: number[][];
}

export interface SearchPage extends Page<SearchItem> {
	/** False: time was up before the page was full. */
	complete: boolean;
}

/** An event: a fact in a room's timeline. The same envelope everywhere. */
export interface Envelope {
	room_id: Id;
	seq: number;
	id: Id;
	kind: string;
	sender_id: Id;
	at: string;
	client_id?: Id | null;
	body: Body;
}

/** What a timeline shows: a message with all that happened to it, or a line about the room. */
export interface Item {
	seq: number;
	id: Id;
	kind: string;
	sender_id: Id;
	at: string;
	client_id?: Id | null;
	body: Body;
	version: number;
	edited_at?: string | null;
	redacted: boolean;
	/** Most frequent first, then by key; absent when there is none. */
	reactions?: Reaction[];
	my_reaction?: string | null;
	/** Absent: it is not. */
	pinned?: boolean;
	/** The oldest first; absent when there is none. */
	corrections?: Correction[];
	/** How the votes stand, of a poll. */
	tally?: Tally;
	/** What the reader chose, ascending; absent when he did not vote. */
	my_vote?: number[];
	/** The reader starred it. */
	starred?: boolean;
	/** What was said in its thread; absent: nothing yet. */
	thread?: Thread | null;
}

/** What was said in the thread of a message. */
export interface Thread {
	replies: number;
	last_seq: number;
	last_at: string;
}

/** A thread that one follows: one wrote its first message, wrote in it or is named in it. */
export interface FollowedThread {
	root: Item;
	read_seq: number;
	unread: number;
}

export interface TimelinePage {
	items: Item[];
	as_of: number;
	epoch: string;
	has_before: boolean;
	has_after: boolean;
}

export interface EventsPage {
	events: Envelope[];
	complete: boolean;
	epoch: string;
}

export type Role = "owner" | "admin" | "moderator" | "member";

/** The names of a person, unless the account was deleted: then only the id is left. */
export function briefOf(
	person:
		| { id: Id; username?: string | null; display_name?: string | null; avatar?: Picture | null }
		| null
		| undefined,
): Brief | undefined {
	const { id, username, display_name, avatar } = person ?? {};
	return id && username && display_name ? { id, username, display_name, avatar } : undefined;
}

export interface Room {
	id: Id;
	kind: "direct" | "group";
	title: string;
	/** What a group is about; may be empty. */
	topic: string;
	/** Who may write: in an announcement room its admins alone. */
	posting: "everyone" | "admins";
	/** Who can find it: its members alone, or everybody. */
	visibility: "private" | "public";
	/** How one comes in, where it is public: at once, or when an admin says yes. */
	join: "open" | "request";
	language?: string | null;
	level?: string | null;
	/** How many seconds messages stay that say nothing shorter themselves. */
	expires_in?: number | null;
	/** A group's picture. */
	avatar?: Picture | null;
	peer?: Person | null;
	role: Role;
	/** Until when one may not write here, by a moderator's word. */
	member_muted_until?: string | null;
	member_count: number;
	last_item?: Item | null;
	head_seq: number;
	read_seq: number;
	unread: number;
	/** Those of them that name the reader, or all. */
	unread_mentions: number;
	/** In how many threads that one follows there is something to read. */
	unread_threads: number;
	pending?: { by_me: boolean; messages_left: number } | null;
	archived: boolean;
	pinned: boolean;
	muted_until?: string | null;
	marked_unread: boolean;
	/** Of which messages one is told; absent: as one's settings say. */
	notify?: Notify | null;
	updated_at: string;
}

/** How an attempt to come in went: in the room, or waiting for those who lead it. */
export interface Joining {
	room?: Room | null;
	waits: boolean;
}

/** First contacts that wait for an answer: of people, and into groups. */
export interface Requests {
	items: Room[];
	invitations: Invitation[];
	next_cursor?: string | null;
}

/** Members, and of those whom the call brought in, who is asked first. */
export interface Brought extends Page<Member> {
	invited?: Id[];
}

export interface RoomPage extends Page<Room> {
	badge: number;
}

/** RFC 9457, with the members that ChatLink adds. */
export interface Problem {
	type?: string;
	title: string;
	status: number;
	code: string;
	detail?: string;
	request_id?: string;
	retry_after?: number;
	tries_left?: number;
	errors?: FieldError[];
}
