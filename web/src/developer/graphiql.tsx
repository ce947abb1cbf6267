// GraphiQL from our own bundle: it asks /graphql of the origin it came from, and nothing else.

import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "../fonts";
import "./page.css";
import "./graphiql.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { EXAMPLES } from "./examples";
import { pageRoot } from "./root";

const requests = new URL("/graphql", window.location.href);
const sockets = new URL(requests);
sockets.protocol = requests.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: requests.href,
  wsClient: createClient({ url: sockets.href }),
  enableIncrementalDelivery: false,
});

const tabs = EXAMPLES.map(({ query, variables }) => ({ query, variables }));

// On a first visit GraphiQL shows the first tab without its variables, unless they are its initial
// ones; later those would overrule what the visitor wrote.
const isFirstVisit = window.localStorage.getItem("graphiql:tabState") === null;
const initial = isFirstVisit && tabs[0] ? { initialVariables: tabs[0].variables } : {};

createRoot(pageRoot()).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs}
    defaultEditorToolsVisibility="variables"
    {...initial}
  >
    <GraphiQL.Logo>
      <a href="/">CTN</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
