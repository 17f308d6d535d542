import { cx } from "@/ui/cx";
import { type Size, sideOf, type View } from "./crop";

/** The part of a picture that a view shows, as large as asked. */
export function Cutting({
	url,
	size,
	view,
	side,
	className,
}: {
	url: string;
	size: Size;
	view: View;
	side: number;
	className?: string;
}) {
	const scale = side / sideOf(view, size);
	return (
		<span
			aria-hidden="true"
			// Pictures have no reading direction.
			dir="ltr"
			className={cx("block shrink-0 overflow-hidden", className)}
			style={{ width: side, height: side }}
		>
			<img
				src={url}
				alt=""
				draggable={false}
				className="max-w-none origin-top-left"
				style={{
					width: size.width,
					height: size.height,
					transform: `translate(${side / 2 - view.x * scale}px, ${side / 2 - view.y * scale}px) scale(${scale})`,
				}}
			/>
		</span>
	);
}
