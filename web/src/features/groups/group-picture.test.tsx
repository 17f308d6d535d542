import { within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { keys } from "@/app/queries";
import { room } from "@/test/fixtures";
import { api, queryClient, refusal, screen, show, signIn } from "@/test/harness";
import * as files from "../profile/picture/file";
import { GroupPicture } from "./group-picture";

const group = room({ kind: "group", title: "Cine", peer: null, role: "owner" });
const avatar = { small: "/v1/rooms/room/avatar/2/96", large: "/v1/rooms/room/avatar/2/384" } as never;
const pictured = { ...group, avatar };
const cut = new Blob(["cut"], { type: "image/jpeg" });

beforeEach(() => {
	signIn();
	vi.mocked(files.open).mockResolvedValue({ url: "blob:x", image: new Image(), width: 800, height: 400 });
	vi.mocked(files.cut).mockResolvedValue(cut);
});
vi.mock("../profile/picture/file", async (original) => ({
	...(await original<typeof files>()),
	open: vi.fn(),
	cut: vi.fn(),
}));

async function open(of = group) {
	const user = await show(<GroupPicture room={of} editable />);
	await user.click(screen.getByRole("button", { name: "Change the group’s picture" }));
	return { user, dialog: await screen.findByRole("dialog", { name: "The group’s picture" }) };
}

async function choose(user: Awaited<ReturnType<typeof show>>) {
	const input = document.querySelector<HTMLInputElement>("input[type=file]");
	await user.upload(input as HTMLInputElement, new File(["x"], "x.png", { type: "image/png" }));
	return screen.findByRole("button", { name: "Save picture" });
}

it("is shown alone to those who may not change it", async () => {
	await show(<GroupPicture room={group} editable={false} />);
	expect(screen.queryByRole("button")).toBeNull();
});

it("keeps the square that was cut, and closes", async () => {
	const save = vi.spyOn(api.rooms, "setAvatar").mockResolvedValue(pictured);
	const { user } = await open();
	await user.click(await choose(user));
	await screen.findByText("Picture saved");
	expect(vi.mocked(files.cut).mock.calls[0]?.[1]).toEqual({ x: 200, y: 0, size: 400 });
	expect(save).toHaveBeenCalledWith("room", cut);
	expect(queryClient.getQueryData(keys.room("room"))).toEqual(pictured);
	await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("says what is wrong with a file, and takes another one", async () => {
	vi.mocked(files.open).mockRejectedValueOnce(new files.PictureFault("kind"));
	const { user, dialog } = await open();
	const input = document.querySelector<HTMLInputElement>("input[type=file]");
	await user.upload(input as HTMLInputElement, new File(["text"], "no.png", { type: "image/png" }));
	await within(dialog).findByText(/Choose a PNG, JPEG or WebP file/);
	await choose(user);
	expect(within(dialog).queryByText(/Choose a PNG/)).toBeNull();
});

it("stays open with the reason when the server refuses", async () => {
	vi.spyOn(api.rooms, "setAvatar").mockRejectedValue(refusal({ status: 403, code: "forbidden" }));
	const { user } = await open();
	await user.click(await choose(user));
	await screen.findByRole("alert");
	screen.getByRole("button", { name: "Save picture" });
});

it("is taken away", async () => {
	const remove = vi.spyOn(api.rooms, "removeAvatar").mockResolvedValue(group);
	const { user, dialog } = await open(pictured);
	await user.click(within(dialog).getByRole("button", { name: "Remove" }));
	await screen.findByText("Picture removed");
	expect(remove).toHaveBeenCalledWith("room");
});
