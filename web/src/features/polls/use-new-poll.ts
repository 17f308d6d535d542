import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/app/session";
import { type Id, uuidv7 } from "@/sdk";
import { MAX_OPTIONS, MIN_OPTIONS, OPTION_CHARS } from "./use-poll";

/** An option that is being written. Its key stays when others come and go. */
export interface Draft {
	key: number;
	text: string;
}

/** A poll that is being made. It has its name from the beginning, so that asking twice is asking once. */
export function useNewPoll(roomId: Id, begun: string, life: number | null) {
	const [clientId] = useState(uuidv7);
	const [question, setQuestion] = useState(begun);
	const [options, setOptions] = useState<Draft[]>([
		{ key: 0, text: "" },
		{ key: 1, text: "" },
	]);
	const [multiple, setMultiple] = useState(false);
	const [closesIn, setClosesIn] = useState<number | undefined>();
	const filled = options.map((option) => option.text.trim()).filter(Boolean);
	const repeated = new Set(filled).size < filled.length;
	const tooLong = filled.some((option) => [...option].length > OPTION_CHARS);
	const ask = useMutation({
		mutationFn: () =>
			api.timeline.ask(roomId, {
				client_id: clientId,
				text: question.trim(),
				poll: {
					options: filled,
					...(multiple ? { multiple } : {}),
					...(closesIn ? { closes_in: closesIn } : {}),
				},
				...(life ? { expires_in: life } : {}),
			}),
	});
	function add(): void {
		if (options.length >= MAX_OPTIONS) return;
		const key = Math.max(...options.map((option) => option.key)) + 1;
		setOptions([...options, { key, text: "" }]);
	}
	return {
		question,
		setQuestion,
		options,
		write: (key: number, text: string) =>
			setOptions(options.map((option) => (option.key === key ? { key, text } : option))),
		add,
		remove: (key: number) => setOptions(options.filter((option) => option.key !== key)),
		multiple,
		setMultiple,
		closesIn,
		setClosesIn,
		repeated,
		ready: question.trim() !== "" && filled.length >= MIN_OPTIONS && !repeated && !tooLong,
		ask,
	};
}
