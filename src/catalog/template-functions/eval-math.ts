import { valueAt } from "../../plain-object.ts";
import { plainText } from "../../plain-text.ts";
import { NotComputed } from "./not-computed.ts";

type Compute = (...values: number[]) => number;

/** Of TinyMath, what takes numbers. Source: @kbn/tinymath/src/functions. */
const functions: Readonly<Record<string, Compute>> = {
  ...{ abs: Math.abs, cbrt: Math.cbrt, ceil: Math.ceil, cos: Math.cos, exp: Math.exp, floor: Math.floor, sin: Math.sin },
  ...{ sqrt: Math.sqrt, tan: Math.tan, max: Math.max, min: Math.min, cube: (value: number) => value ** 3 },
  ...{ square: (value: number) => value ** 2, pi: () => Math.PI, random: Math.random, fix: Math.trunc },
  ...{ mod: (one: number, other: number) => one % other, pow: (base: number, power: number) => base ** power },
  ...{
    add: (...all: number[]) => all.reduce((sum, one) => sum + one, 0),
    sum: (...all: number[]) => all.reduce((sum, one) => sum + one, 0),
  },
  ...{ subtract: (one: number, other: number) => one - other, multiply: (...all: number[]) => all.reduce((sum, one) => sum * one, 1) },
  ...{
    divide: (one: number, other: number) => one / other,
    mean: (...all: number[]) => all.reduce((sum, one) => sum + one, 0) / all.length,
  },
  log: (value: number, base?: number) => (base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
  log10: Math.log10,
  round: (value: number, digits = 0) => Number(`${Math.round(Number(`${value}e${digits}`))}e${-digits}`),
  degtorad: (value: number) => (value * Math.PI) / 180,
  radtodeg: (value: number) => (value * 180) / Math.PI,
};

/** Its others: they take or give lists, or compare. */
const others = "clamp count defaults eq first gt gte ifelse last lt lte median mode range size unique".split(" ");

const lexeme = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|"([^"]*)"|'([^']*)'|([A-Za-z_][\w.@[\]-]*)|([-+*/(),]))/iy;
const deepest = 100;

/**
 * `round(context.value / 1024, 2)`, with the variables of the template. Source: actions/server/lib/mustache_lambdas.ts.
 * @throws Error for what is no expression, and for a variable or function that does not exist
 */
export function evalMath(text: string, variables: Readonly<Record<string, unknown>>): string {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const take = (sign: string) => {
    if (peek() !== sign) return false;
    at += 1;
    return true;
  };
  const expect = (sign: string) => {
    if (!take(sign)) throw new Error(`"${sign}" is missing`);
  };
  const sum = (depth: number): number => {
    if (depth > deepest) throw new Error("it is nested too deeply");
    let value = product(depth);
    for (;;) {
      if (take("+")) value += product(depth);
      else if (take("-")) value -= product(depth);
      else return value;
    }
  };
  const product = (depth: number): number => {
    let value = unary(depth);
    for (;;) {
      if (take("*")) value *= unary(depth);
      else if (take("/")) value /= unary(depth);
      else return value;
    }
  };
  const unary = (depth: number): number => {
    if (depth > deepest) throw new Error("it is nested too deeply");
    return take("-") ? -unary(depth + 1) : operand(depth);
  };
  const operand = (depth: number): number => {
    if (take("(")) {
      const value = sum(depth + 1);
      expect(")");
      return value;
    }
    const one = peek();
    at += 1;
    if (typeof one === "number") return one;
    if (typeof one === "string" || one === undefined)
      throw new Error(one === undefined ? "a value is missing" : `"${one}" is not expected here`);
    if (!take("(")) return variable(one.name, variables);
    const values: number[] = [];
    // Kibana's grammar forgives a comma after the last.
    while (!take(")")) {
      values.push(sum(depth + 1));
      if (!take(",") && peek() !== ")") throw new Error('")" is missing');
    }
    if (others.includes(one.name)) throw new NotComputed(`${one.name} is not computed here`);
    const compute = Object.hasOwn(functions, one.name) ? functions[one.name] : undefined;
    if (!compute) throw new Error(`there is no function ${one.name}`);
    return compute(...values);
  };
  const value = sum(0);
  if (at < tokens.length) throw new Error("more follows where it should end");
  return String(value);
}

function tokensOf(text: string): (number | string | { name: string })[] {
  const tokens: (number | string | { name: string })[] = [];
  const whole = text.trimEnd();
  lexeme.lastIndex = 0;
  for (let at = 0; at < whole.length; at = lexeme.lastIndex) {
    lexeme.lastIndex = at;
    const [all, number, double, single, name, sign] = lexeme.exec(whole) ?? [];
    if (all === undefined && /^\s*[<>=]/.test(whole.slice(at, at + 100))) throw new NotComputed("comparisons are not computed here");
    if (all === undefined) throw new Error(`"${whole.slice(at).trim().charAt(0)}" is not expected here`);
    const named = double ?? single ?? name;
    tokens.push(number !== undefined ? Number(number) : named !== undefined ? { name: named } : (sign ?? ""));
  }
  return tokens;
}

function variable(name: string, variables: Readonly<Record<string, unknown>>): number {
  const value = valueAt(variables, name.split("."));
  if (value === undefined || value === null) throw new Error(`there is no variable ${name}`);
  const number = typeof value === "number" ? value : Number(value);
  if (Number.isNaN(number)) throw new Error(`${name} is not a number: "${plainText(String(value), 80)}"`);
  return number;
}
