import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { useSignedIn } from "@/app/hooks";
import type { Id } from "@/sdk";

const NONE: Id[] = [];

/** Who types in the room now. */
export function useTypists(roomId: string): Id[] {
	const { engine } = useSignedIn();
	return useStore(
		engine.presence.store,
		useShallow((s) => {
			const room = s.typing[roomId];
			return room ? Object.keys(room) : NONE;
		}),
	);
}
