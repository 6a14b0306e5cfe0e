// The problems that are raced, by name.

import { race } from "./race.mjs";
import { recipe } from "./recipe.mjs";

export const problems = { race, recipe };
