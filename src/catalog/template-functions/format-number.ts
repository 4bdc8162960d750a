/**
 * `1234.5; en-US; style: currency, currency: EUR` → `€1,234.50`. Both semicolons are needed. Source: actions/server/lib/number_formatter.ts.
 * @throws Error for what is no number, locale or option
 */
export function formatNumber(text: string): string {
  const [number = "", locales, options] = text.split(";", 3).map((part) => part.trim());
  if (locales === undefined || options === undefined) throw new Error("it needs two semicolons: number; locale; options");
  const value = Number.parseFloat(number);
  if (Number.isNaN(value)) throw new Error("it is not a number");
  const listed = locales.split(",").map((one) => one.trim());
  const chosen = listed.filter((one) => one !== "");
  return new Intl.NumberFormat(chosen.length > 0 ? chosen : ["en-US"], optionsIn(options)).format(value);
}

function optionsIn(text: string): Intl.NumberFormatOptions {
  const pairs = text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", value] = pair.split(":", 2).map((one) => one.trim());
      if (value === undefined) throw new Error(`the option "${pair}" needs a colon`);
      const number = Number.parseFloat(value);
      return [key, Number.isNaN(number) ? (value === "true" ? true : value === "false" ? false : value) : number];
    }),
  );
}
