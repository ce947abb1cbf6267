// The REST contract as pages: Swagger UI from our own bundle, reading /openapi.json of its origin.

import "swagger-ui-dist/swagger-ui.css";
import "./page.css";

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { pageRoot } from "./root";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function followTheme(): void {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

dark.addEventListener("change", followTheme);
followTheme();

SwaggerUI({
  domNode: pageRoot(),
  url: "/openapi.json",
  // Otherwise a badge asks an outside validator about the contract.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
});
