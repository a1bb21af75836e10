// A file is a module of one of both kinds: CommonJS is the body of a function, the other may import and await.
const fs = require('fs');
const vm = require('vm');

const accepts = (parse) => {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

for (const path of process.argv.slice(2)) {
  const code = fs.readFileSync(path, 'utf8');
  const whole = accepts(() => vm.compileFunction(code.replace(/^#!.*/, ''), ['exports', 'require', 'module']))
    || accepts(() => new vm.SourceTextModule(code));
  console.log(whole ? 'ok' : 'bad');
}
