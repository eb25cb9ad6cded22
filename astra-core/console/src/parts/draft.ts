// What a person is writing into a field. It stays as it is while they write, whatever is drawn anew meanwhile.

import { useSignal } from "@preact/signals";

interface FieldEvent {
  readonly currentTarget: { readonly value: string };
}

export interface Draft {
  readonly value: string;
  readonly onInput: (event: FieldEvent) => void;
  readonly onChange: (event: FieldEvent) => void;
  readonly onBlur: () => void;
}

/** `take` gets the text with each key; or, with `isLate`, by Enter or when the field is left. */
export function useDraft(text: string, take: (text: string) => void, isLate = false): Draft {
  const draft = useSignal<string | undefined>(undefined);
  return {
    value: draft.value ?? text,
    onInput: ({ currentTarget: { value } }) => {
      draft.value = value;
      if (!isLate) take(value);
    },
    onChange: ({ currentTarget: { value } }) => {
      if (isLate) take(value);
    },
    onBlur: () => (draft.value = undefined),
  };
}
