// What we use of Swagger UI, which brings no types.

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    readonly domNode: HTMLElement;
    readonly url: string;
    readonly validatorUrl: string | null;
    readonly deepLinking: boolean;
    readonly displayRequestDuration: boolean;
    readonly filter: boolean;
  }

  export default function SwaggerUI(options: Options): void;
}
