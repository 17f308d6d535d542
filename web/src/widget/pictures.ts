import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/app/session";
import type { UseAddress } from "@/ui/picture";

/** An image of a page sends no token along: it is fetched with one, and shown from memory. */
export const useFetched: UseAddress = (path) => {
	// Another picture has another address, so what was fetched stays right.
	const { data } = useQuery({
		queryKey: ["picture", path],
		queryFn: () => api.http.file(path ?? ""),
		enabled: path !== undefined,
		staleTime: Number.POSITIVE_INFINITY,
		retry: false,
	});
	const [address, setAddress] = useState<string>();
	useEffect(() => {
		if (!data) return setAddress(undefined);
		const url = URL.createObjectURL(data);
		setAddress(url);
		return () => URL.revokeObjectURL(url);
	}, [data]);
	return address;
};
