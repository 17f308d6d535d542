import { fireEvent, render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Avatar, initials } from "./avatar";
import { PictureContext } from "./picture";

const picture = { version: "1", small: "/v1/small", large: "/v1/large" };
const shown = (node: HTMLElement) => node.querySelector("img")?.getAttribute("src") ?? null;

it("shows initials, and the picture over them in the size that is needed", () => {
	const { container, rerender } = render(<Avatar id="a" name="Ana María Torres" />);
	expect(container.textContent).toBe("AT");
	expect(shown(container)).toBeNull();
	rerender(<Avatar id="a" name="Ana María Torres" picture={picture} />);
	expect(shown(container)).toBe("/v1/small");
	rerender(<Avatar id="a" name="Ana María Torres" picture={picture} size="l" />);
	expect(shown(container)).toBe("/v1/large");
});

it("falls back to the initials, until there is another picture", () => {
	const { container, rerender } = render(<Avatar id="a" name="Ben" picture={picture} />);
	fireEvent.error(container.querySelector("img") as HTMLImageElement);
	expect(shown(container)).toBeNull();
	expect(container.textContent).toBe("B");
	rerender(<Avatar id="a" name="Ben" picture={{ ...picture, small: "/v1/next" }} />);
	expect(shown(container)).toBe("/v1/next");
});

it("takes the address from whoever fetches pictures", () => {
	const { container } = render(
		<PictureContext value={(path) => path && `blob:${path}`}>
			<Avatar id="a" name="Ben" picture={picture} />
		</PictureContext>,
	);
	expect(shown(container)).toBe("blob:/v1/small");
});

it("finds initials in every script", () => {
	expect(initials("  ")).toBe("?");
	expect(initials("山田 太郎")).toBe("山太");
	expect(initials("👩‍🚀 Eva")).toBe("👩E");
});
