import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, Scheduled, ScheduleRequest } from "@/sdk";

const NONE: Scheduled[] = [];

/** One's messages that wait for their time, of all rooms, and those that could not be sent. */
export function useScheduled(): Scheduled[] {
	return useQuery({ queryKey: keys.scheduled, queryFn: api.timeline.scheduled }).data?.items ?? NONE;
}

/** Keeps a message for later, changes one, or forgets it. */
export function useSchedule() {
	const client = useQueryClient();
	const onSettled = () => client.invalidateQueries({ queryKey: keys.scheduled });
	const put = useMutation({
		mutationFn: ({ id, ...body }: ScheduleRequest & { id: Id }) => api.timeline.schedule(id, body),
		onSettled,
	});
	const cancel = useMutation({ mutationFn: (id: Id) => api.timeline.unschedule(id), onSettled });
	return { put, cancel };
}

const pad = (n: number) => String(n).padStart(2, "0");

/** A time as a field for dates takes it: of the reader's own clock. */
export const localTime = (at: Date): string =>
	`${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

/** What is offered at first: nine in the morning, tomorrow. */
export function tomorrowMorning(now = new Date()): Date {
	return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
}
