// Every page by its address; each is loaded when it is first opened.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Layout } from "./Layout";
import { NotHere } from "./NotHere";

const root = createRootRoute({ component: Layout, notFoundComponent: NotHere });

function searched(search: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search)
      .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
      .map(([name, value]) => [name, String(value).slice(0, 200)]),
  );
}

const pages = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: lazyRouteComponent(() => import("../pages/market/Board"), "Board"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/trade/$instrument",
    component: lazyRouteComponent(() => import("../pages/market/Trade"), "Trade"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/projects",
    validateSearch: searched,
    component: lazyRouteComponent(() => import("../pages/carbon/Projects"), "Projects"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/projects/$id",
    component: lazyRouteComponent(() => import("../pages/carbon/Project"), "Project"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/batches/$id",
    component: lazyRouteComponent(() => import("../pages/carbon/Batch"), "Batch"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/serials/$text",
    component: lazyRouteComponent(() => import("../pages/carbon/Serial"), "Serial"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/certificates",
    validateSearch: searched,
    component: lazyRouteComponent(() => import("../pages/carbon/Certificates"), "Certificates"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/verify",
    component: lazyRouteComponent(() => import("../pages/carbon/Verify"), "Verify"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/registry",
    component: lazyRouteComponent(() => import("../pages/carbon/Registry"), "Registry"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/explorer",
    component: lazyRouteComponent(() => import("../pages/explorer/Explorer"), "Explorer"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/explorer/blocks/$height",
    component: lazyRouteComponent(() => import("../pages/explorer/Block"), "Block"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/explorer/transactions/$id",
    component: lazyRouteComponent(() => import("../pages/explorer/Transaction"), "Transaction"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/explorer/accounts/$address",
    component: lazyRouteComponent(() => import("../pages/explorer/Account"), "Account"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/explorer/supply",
    component: lazyRouteComponent(() => import("../pages/explorer/Supply"), "Supply"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/stake",
    component: lazyRouteComponent(() => import("../pages/stake/Stake"), "Stake"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/stake/$operator",
    component: lazyRouteComponent(() => import("../pages/stake/Validator"), "Validator"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/governance",
    component: lazyRouteComponent(() => import("../pages/governance/Governance"), "Governance"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/governance/$number",
    component: lazyRouteComponent(() => import("../pages/governance/Proposal"), "Proposal"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/freezes",
    validateSearch: searched,
    component: lazyRouteComponent(() => import("../pages/governance/Freezes"), "Freezes"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/wallet",
    component: lazyRouteComponent(() => import("../pages/wallet/Portfolio"), "Portfolio"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/wallet/setup",
    component: lazyRouteComponent(() => import("../pages/wallet/Setup"), "Setup"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/wallet/security",
    component: lazyRouteComponent(() => import("../pages/security/Protection"), "Protection"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/wallet/signing",
    component: lazyRouteComponent(() => import("../pages/room/SigningRoom"), "SigningRoom"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/retire",
    validateSearch: searched,
    component: lazyRouteComponent(() => import("../pages/wallet/Retire"), "Retire"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/developer",
    component: lazyRouteComponent(() => import("../pages/developer/Developer"), "Developer"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...pages]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
