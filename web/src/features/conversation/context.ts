import { createContext, use } from "react";
import type { Brief, Id, Item, Room } from "@/sdk";
import type { Fold } from "../blocked/use-blocked";

/** What every message of the open conversation needs. */
export interface ConversationModel {
	room: Room;
	items: Item[];
	/** The message that the Tab key reaches. */
	current: string | null;
	focus?: (key: string) => void;
	/** Goes to a message, wherever it stands, and puts the focus on it. */
	reveal?: (item: Item) => void;
	/** The seq of the message that one was led to. */
	revealed?: number;
	/** Opens the thread of a message; absent where one is open already. */
	onThread?: (root: Id) => void;
	/** The first messages of threads with something to read. */
	unreadThreads?: ReadonlySet<Id>;
	/** Goes to a message that stands elsewhere: in a thread, or in the main timeline. */
	goTo?: (item: Item) => void;
	nameOf: (id: Id) => string;
	person: (id: Id) => Brief | undefined;
	/** How a message stands to the reader's blocks. */
	foldOf: (item: Item) => Fold;
	onReply: (item: Item) => void;
	onEdit: (item: Item) => void;
}

export const ConversationContext = createContext<ConversationModel | null>(null);

export function useConversation(): ConversationModel {
	const model = use(ConversationContext);
	if (!model) throw new Error("outside of a conversation");
	return model;
}
