/** The tokens of a host page: one is kept until it is refused, and then another one is asked for. */
export class TokenSource {
	private kept: Promise<string> | null = null;
	private given: string | null = null;

	constructor(private readonly ask: () => Promise<string>) {}

	current(): Promise<string> {
		if (this.kept) return this.kept;
		const asked = this.ask().then((token) => {
			this.given = token;
			return token;
		});
		this.kept = asked;
		// What was not given is asked for again the next time.
		asked.catch(() => this.forget(asked));
		return asked;
	}

	/** The server did not take this one. */
	refuse(token: string): void {
		if (token === this.given) this.kept = null;
	}

	private forget(asked: Promise<string>): void {
		if (this.kept === asked) this.kept = null;
	}
}
