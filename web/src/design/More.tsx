// The way to the next page of a list.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Listing } from "../data/useListing";
import { Button } from "./Button";
import { FaultBox } from "./States";

interface MoreFields {
  readonly listing: Pick<Listing<unknown, unknown>, "fault" | "more" | "isReading">;
}

export function More({ listing }: MoreFields): ReactElement | null {
  const { t } = useTranslation("app");
  if (listing.fault !== null && listing.more !== null) {
    return <FaultBox fault={listing.fault} again={listing.more} />;
  }
  if (listing.more === null) return null;
  return (
    <Button disabled={listing.isReading} onClick={listing.more}>
      {t(listing.isReading ? "state.loading" : "more")}
    </Button>
  );
}
