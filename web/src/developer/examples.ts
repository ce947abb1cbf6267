// The tabs that GraphiQL opens with. Each document stands in a file of its own, where it can be
// checked against the schema; its name becomes the title of the tab.

import batch from "./examples/batch.graphql?raw";
import certificate from "./examples/certificate.graphql?raw";
import market from "./examples/market.graphql?raw";
import proof from "./examples/proof.graphql?raw";
import submit from "./examples/submit.graphql?raw";
import subscription from "./examples/subscription.graphql?raw";

export interface Example {
  readonly title: string;
  readonly query: string;
  readonly variables: string;
}

// Of the demo world: the instrument on the first batch that it lists.
const INSTRUMENT = "vcs1987.23-cny";

export const EXAMPLES: readonly Example[] = [
  { title: "Market", query: market, variables: written({ instrument: INSTRUMENT }) },
  { title: "Batch", query: batch, variables: written({ first: 5 }) },
  { title: "Certificate", query: certificate, variables: written({ first: 5 }) },
  { title: "Proof", query: proof, variables: written({ first: 5 }) },
  { title: "Subscription", query: subscription, variables: written({ instrument: INSTRUMENT }) },
  { title: "Submit", query: submit, variables: written({ tx: "", wait: "COMMIT" }) },
];

function written(variables: Readonly<Record<string, string | number>>): string {
  return JSON.stringify(variables, null, 2);
}
