// Tabs by the pattern of WAI-ARIA: arrows move, one panel is shown.

import { Tabs as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import parts from "./parts.module.css";

export interface Tab {
  readonly id: string;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

interface TabsFields {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value?: string;
  readonly onChoose?: (id: string) => void;
}

/** One of several panels; chosen inside, or by `value` from outside. */
export function Tabs({ label, tabs, value, onChoose }: TabsFields): ReactElement {
  const outside = value === undefined ? {} : { value };
  const told = onChoose === undefined ? {} : { onValueChange: onChoose };
  return (
    <Radix.Root {...outside} {...told} defaultValue={tabs[0]?.id ?? ""}>
      <Radix.List className={parts["tabs"]} aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.id} value={tab.id} className={parts["tab"]}>
            {tab.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
