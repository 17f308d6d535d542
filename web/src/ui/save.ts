/** Gives the person a file to keep. */
export function saveFile(name: string, content: Blob): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	// The browser reads it after the click; a minute is long enough for the slowest.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const saveText = (name: string, text: string) =>
	saveFile(name, new Blob([text], { type: "text/plain;charset=utf-8" }));
