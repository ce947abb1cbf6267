// A table: columns say how a row is read, numbers stand right.

import type { ReactElement, ReactNode } from "react";
import parts from "./parts.module.css";

export interface Column<Row> {
  readonly name: string;
  readonly title: ReactNode;
  readonly number?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface TableFields<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}

/** Rows under named columns; the caption is read aloud, not shown. */
export function Table<Row>({ caption, columns, rows, rowKey }: TableFields<Row>): ReactElement {
  return (
    <table className={parts["table"]}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" className={column.number ? parts["number"] : ""}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td key={column.name} className={column.number ? parts["number"] : ""}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
