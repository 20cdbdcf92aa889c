// The Dockerfile, checked as text: no engine is needed to see that it is well-formed and says what is meant.
import { existsSync, readFileSync } from 'node:fs';
import { type Copy, DockerfileParser, type JSONInstruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

const text = readFileSync('Dockerfile', 'utf8');
const dockerfile = DockerfileParser.parse(text);
const [build, runtime] = dockerfile
  .getFROMs()
  .map((from) => dockerfile.getContainingImage(from.getRange().start)!);

/** The words of an instruction in exec form; a shell form has none. */
const words = (instruction: JSONInstruction | undefined): string[] =>
  instruction?.getJSONStrings().map((one) => one.getJSONValue()) ?? [];

const argumentsOf = (copy: Copy): string[] => copy.getArguments().map((one) => one.getValue());

describe('the Dockerfile', () => {
  it('is well-formed', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(`${text}\nCPY a b`)).toHaveLength(1);
  });

  it('has two stages on the same Node', () => {
    expect(dockerfile.getFROMs().map((from) => [from.getImage(), from.getBuildStage()])).toEqual([
      ['node:24-slim', 'build'],
      ['node:24-slim', null],
    ]);
  });

  it('installs what the lock file says before the sources come, so that the layer is kept', () => {
    const [manifests, sources] = build!.getCOPYs().map(argumentsOf);
    expect(manifests).toEqual(['package.json', 'package-lock.json', './']);
    expect(sources).toEqual(['.', '.']);
    expect(build!.getInstructions().map((one) => one.getArgumentsContent())).toContainEqual(
      expect.stringMatching(/^npm ci /),
    );
  });

  it('takes into the image only paths that the build makes', () => {
    const copied = runtime!.getCOPYs();
    expect(copied.map((copy) => copy.getFromFlag()?.getValue())).toEqual(copied.map(() => 'build'));
    const sources = copied.flatMap((copy) => argumentsOf(copy).slice(0, -1));
    const paths = sources.map((path) => path.replace('/build/', ''));
    expect(paths.toSorted()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('runs as a user without rights, who owns nothing of it', () => {
    const instructions = runtime!.getInstructions();
    const user = instructions.find((one) => one.getKeyword() === 'USER');
    expect(user?.getArgumentsContent()).toBe('node');
    const after = instructions.slice(instructions.indexOf(user!)).map((one) => one.getKeyword());
    expect(after).not.toContain('COPY');
    expect(after).not.toContain('RUN');
    expect(text).not.toContain('--chown');
  });

  it('starts in exec form, so that the service itself hears SIGTERM', () => {
    const [entrypoint] = runtime!.getENTRYPOINTs();
    expect(words(entrypoint)).toEqual(['node', 'dist/src/cli.js']);
    expect(existsSync('dist/src/cli.js')).toBe(true);
  });

  it('does not let strangers in by itself', () => {
    const [command] = runtime!.getCMDs();
    expect(words(command)).toEqual(['serve', '--host', '0.0.0.0']);
    expect(text).not.toMatch(/ALLOW_ANONYMOUS/);
  });

  it('tells its ports and whether it is ready', () => {
    const exposed = runtime!.getInstructions().find((one) => one.getKeyword() === 'EXPOSE');
    expect(exposed?.getArgumentsContent()).toBe('8080 61613');
    expect(runtime!.getHEALTHCHECKs()).toHaveLength(1);
    expect(runtime!.getHEALTHCHECKs()[0]?.getArgumentsContent()).toContain(
      'http://127.0.0.1:8080/health/ready',
    );
  });
});
