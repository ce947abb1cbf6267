// Candles with volume below them, by lightweight-charts; its attribution is in the foot.

import {
  CandlestickSeries,
  type CandlestickData,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
  createChart,
} from "lightweight-charts";
import { type ReactElement, useEffect, useRef } from "react";
import { useSettings } from "../app/settings";
import styles from "./charts.module.css";

export interface Candle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Tonnes. */
  readonly volume: number;
}

interface CandlesFields {
  readonly candles: readonly Candle[];
  /** Names the series: another one is shown from its end, the same one stays where it was put. */
  readonly series: string;
  /** Digits after the point of its prices. */
  readonly digits: number;
  /** What a reader who does not see the drawing is told. */
  readonly summary: string;
}

interface Drawing {
  readonly chart: IChartApi;
  readonly prices: ISeriesApi<"Candlestick">;
  readonly volumes: ISeriesApi<"Histogram">;
}

export function Candles({ candles, series, digits, summary }: CandlesFields): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing>(null);
  const shown = useRef<string | null>(null);
  const { theme, priceColours, language } = useSettings();

  useEffect(() => {
    if (box.current === null) return;
    drawing.current = begin(box.current, language, digits);
    shown.current = null;
    return () => {
      drawing.current?.chart.remove();
      drawing.current = null;
    };
  }, [theme, priceColours, language, digits]);

  useEffect(() => {
    const { current } = drawing;
    if (current === null) return;
    draw(current, candles);
    // The view stays where the reader put it, also when the oldest candle falls out of the list.
    if (candles.length > 0 && shown.current !== series) {
      shown.current = series;
      const from = Math.max(0, candles.length - 96);
      current.chart.timeScale().setVisibleLogicalRange({ from, to: candles.length + 2 });
    }
  }, [candles, series, theme, priceColours, language, digits]);

  return <div ref={box} className={styles["candles"]} role="img" aria-label={summary} />;
}

function begin(box: HTMLElement, language: string, digits: number): Drawing {
  const [text, hairline, up, down] = ["--muted", "--hairline", "--up", "--down"].map(colour) as [
    string,
    string,
    string,
    string,
  ];
  const chart = createChart(box, {
    autoSize: true,
    layout: {
      background: { color: "transparent" },
      textColor: text,
      fontSize: 12,
      attributionLogo: false,
    },
    grid: { vertLines: { color: hairline }, horzLines: { color: hairline } },
    rightPriceScale: { borderColor: hairline },
    timeScale: { borderColor: hairline, timeVisible: true, secondsVisible: false },
    localization: { locale: language },
  });
  const prices = chart.addSeries(CandlestickSeries, {
    upColor: up,
    downColor: down,
    borderVisible: false,
    wickUpColor: up,
    wickDownColor: down,
    priceFormat: { type: "price", precision: digits, minMove: 1 / 10 ** digits },
  });
  prices.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.26 } });
  const volumes = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
    color: hairline,
  });
  chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.8, bottom: 0 } });
  return { chart, prices, volumes };
}

function draw({ prices, volumes }: Drawing, candles: readonly Candle[]): void {
  prices.setData(
    candles.map(({ volume: _volume, time, ...rest }): CandlestickData => {
      return { ...rest, time: time as UTCTimestamp };
    }),
  );
  const [up, down] = [colour("--up-wash"), colour("--down-wash")];
  volumes.setData(
    candles.map((candle): HistogramData => {
      const tint = candle.close >= candle.open ? up : down;
      return { time: candle.time as UTCTimestamp, value: candle.volume, color: tint };
    }),
  );
}

function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
