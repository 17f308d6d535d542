/** A username as people write it: @ana. It stays whole inside a text that runs from right to left. */
export function Handle({ username }: { username: string }) {
	return <bdi dir="ltr">@{username}</bdi>;
}
