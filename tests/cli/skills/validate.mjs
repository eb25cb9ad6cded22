// validate.mjs MODULE FOLDER..: the verdicts of skills-ref of npm, a line each.

const { validate } = await import(process.argv[2]);

for (const folder of process.argv.slice(3)) {
  console.log((await validate(folder)).length === 0 ? "good" : "bad");
}
