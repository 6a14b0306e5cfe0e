// Tables of numbers as people write them, and what is none.

import fc from "fast-check";
import { expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { parseNumberTable } from "./number-table.ts";

const columns = [
  [1, 3],
  [-2, 4.5e-6],
];

test.each<[string, string, readonly string[] | undefined]>([
  ["commas", "1,-2\n3,4.5e-6\n", undefined],
  ["semicolons, Windows lines", "1; -2\r\n3; 4.5e-6\r\n", undefined],
  ["tabs", "1\t-2\n3\t4.5E-6", undefined],
  ["spaces in front and in between", "  1   -2\n  3  4.5e-6", undefined],
  ["a line of names", "x,y\n1,-2\n3,4.5e-6", ["x", "y"]],
  ["quoted names", '"x (um)","y (um)"\n1,-2\n3,4.5e-6', ["x (um)", "y (um)"]],
  ["names in a comment, as numpy.savetxt writes them", "# made today\n# x y\n1 -2\n3 4.5e-6", ["x", "y"]],
  ["a comment of another number of words", "% positions of the scan\n1 -2\n3 4.5e-6", undefined],
  [
    "a mark of byte order, blank lines, comments in between",
    "\uFEFFx,y\n\n1,-2\n#\n3,4.5e-6\n\n",
    ["x", "y"],
  ],
  ["decimal commas between semicolons", "x;y\n1,0;-2,0\n3;0,0000045", ["x", "y"]],
  ["decimal commas without names", "1,0;-2,0\n3;0,0000045", undefined],
  ["a comma at the end of every line", "x,y,\n1,-2,\n3,4.5e-6,\n", ["x", "y"]],
  ["a line of units", "x,y\num,[mm]\n1,-2\n3,4.5e-6", ["x (um)", "y (mm)"]],
  ["a column of file names", "file,x,y\na_0.tif,1,-2\na_1.tif,3,4.5e-6", ["x", "y"]],
  ["file names without a line of names", "a_0.tif,1,-2\na_1.tif,3,4.5e-6", undefined],
  ["exponents as Fortran writes them", "1D+00 -2\n3 4.5D-06", undefined],
])("%s", (_what, text, names) => {
  const table = parseNumberTable(text, "scan.csv");
  expect(table.columns.map((column) => [...column])).toEqual(columns);
  expect(table.names).toEqual(names);
});

test.each<[string, string, RegExp]>([
  ["nothing", "", /scan\.csv.*is no table.*an empty file/u],
  ["comments", "# x y\n", /comments only/u],
  ["names alone", "x,y\n", /one line/u],
  ["a line that is short", "1,2\n3\n", /line 2.*expected 2 columns.*got 1/u],
  ["a word among numbers", "1,2\n3,four\n", /line 2.*expected numbers.*"four"/u],
  ["a number that is none in the first line", "nan,1,2\n3,4,5", /"nan"/u],
  ["words alone", "a,b\nc,d\ne,f\ng,h", /words alone/u],
  ["a number that is none", "1,2\n3,nan\n", /line 2.*"nan"/u],
  ["a number beyond all", "1,2\n3,1e999\n", /line 2.*"1e999"/u],
  ["bytes", "\0\u0001\u0002\n1,2", /other bytes/u],
])("%s is no table", (_what, text, message) => {
  expect(() => parseNumberTable(text, "scan.csv")).toThrow(message);
});

test("what was written is read, whatever the separator", () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(",", ";", "\t", " "),
      (rows, separator) => {
        const text = rows.map((row) => row.join(separator)).join("\n");
        const table = parseNumberTable(text, "scan.csv");
        // −0 is written as 0.
        rows.forEach((row, i) =>
          expect(table.columns.map((column) => column[i])).toEqual(row.map((v) => v + 0)),
        );
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

test("any text is a table or refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      try {
        parseNumberTable(text, "scan.csv");
      } catch (error) {
        expect(isDoselapError(error)).toBe(true);
      }
    }),
    { seed: 4, numRuns: 500 },
  );
});
