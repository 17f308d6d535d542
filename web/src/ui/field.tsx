import {
	type InputHTMLAttributes,
	type ReactNode,
	type SelectHTMLAttributes,
	type TextareaHTMLAttributes,
	useId,
} from "react";
import { cx } from "./cx";

interface Labelled {
	label: string;
	hint?: ReactNode;
	error?: string | null;
	/** The label is for assistive technology alone. */
	hideLabel?: boolean;
	/** How much is in the control, and how much may be: shown, and told in words to those who do not see it. */
	filled?: { now: number; most: number; words: string };
}

interface ControlProps {
	id: string;
	"aria-invalid"?: boolean;
	"aria-describedby"?: string;
}

/** A label, a control, a hint and an error, tied together for assistive technology. */
export function Field({
	label,
	hint,
	error,
	hideLabel,
	filled,
	children,
}: Labelled & { children: (props: ControlProps) => ReactNode }) {
	const id = useId();
	const notes = [hint ? `${id}-hint` : "", filled ? `${id}-most` : "", error ? `${id}-error` : ""]
		.filter(Boolean)
		.join(" ");
	return (
		<div className="flex flex-col gap-1">
			<div className="flex items-baseline justify-between gap-2">
				<label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-semibold"}>
					{label}
				</label>
				{filled && <Filled id={`${id}-most`} {...filled} />}
			</div>
			{children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": notes || undefined })}
			{hint && (
				<div id={`${id}-hint`} className="text-sm text-muted">
					{hint}
				</div>
			)}
			<FieldError id={`${id}-error`} error={error} />
		</div>
	);
}

function Filled({ id, now, most, words }: { id: string; now: number; most: number; words: string }) {
	return (
		<>
			<bdi
				aria-hidden="true"
				dir="ltr"
				className={cx("text-xs tabular-nums", now > most ? "font-semibold text-danger" : "text-muted")}
			>
				{now} / {most}
			</bdi>
			<span id={id} className="sr-only">
				{words}
			</span>
		</>
	);
}

export function FieldError({ id, error }: { id?: string; error?: string | null }) {
	if (!error) return null;
	return (
		<p id={id} className="text-sm font-medium text-danger">
			{error}
		</p>
	);
}

/** One line of text. `latin`: usernames, addresses, numbers, which run from left to right in every language. */
export function TextField({
	label,
	hint,
	error,
	hideLabel,
	filled,
	latin,
	className,
	...rest
}: Labelled & InputHTMLAttributes<HTMLInputElement> & { latin?: boolean }) {
	return (
		<Field {...{ label, hint, error, hideLabel, filled }}>
			{(props) => (
				<input
					{...rest}
					{...props}
					dir={latin ? "ltr" : rest.dir}
					className={cx("control", latin && "rtl:text-end", className)}
				/>
			)}
		</Field>
	);
}

export function SelectField({
	label,
	hint,
	error,
	hideLabel,
	className,
	children,
	...rest
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
	return (
		<Field {...{ label, hint, error, hideLabel }}>
			{(props) => (
				<select {...rest} {...props} className={cx("control chevron", className)}>
					{children}
				</select>
			)}
		</Field>
	);
}

export function TextAreaField({
	label,
	hint,
	error,
	hideLabel,
	filled,
	className,
	...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
	return (
		<Field {...{ label, hint, error, hideLabel, filled }}>
			{(props) => <textarea {...rest} {...props} className={cx("control resize-y", className)} />}
		</Field>
	);
}

/** A group of fields under one legend. */
export function FieldGroup({
	legend,
	hint,
	error,
	children,
}: {
	legend: string;
	hint?: ReactNode;
	error?: string | null;
	children: ReactNode;
}) {
	const id = useId();
	const notes = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
	return (
		<fieldset aria-describedby={notes || undefined} className="flex min-w-0 flex-col gap-2">
			<legend className="mb-1 text-sm font-semibold">{legend}</legend>
			{hint && (
				<p id={`${id}-hint`} className="-mt-1 text-sm text-muted">
					{hint}
				</p>
			)}
			{children}
			<FieldError id={`${id}-error`} error={error} />
		</fieldset>
	);
}
