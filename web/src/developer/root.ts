// Where a page draws itself.

/** Returns the element that the document keeps for the page. */
export function pageRoot(): HTMLElement {
  const root = document.getElementById("root");
  if (root === null) throw new Error("the document has no element #root");
  return root;
}
