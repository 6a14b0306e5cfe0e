// The commands that make a run again and prove it, as every form of the report names them. DIR is the run folder.

export interface RepeatCommand {
  readonly command: string;
  readonly does: string;
}

export const repeatCommands: readonly RepeatCommand[] = [
  {
    command: "doselap report DIR --verify",
    does: "computes every number again from the stored reconstructions",
  },
  { command: "doselap report DIR", does: "writes this report again" },
  {
    command: "doselap run DIR/study.json --out AGAIN",
    does: "runs the same study in a new folder; every file but the journal is the same to the last byte",
  },
  {
    command: "doselap compare DIR AGAIN",
    does: "says what differs between the two: nothing, on the same version",
  },
];
