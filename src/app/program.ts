import { Command, Option } from 'commander';
import { CSMS_PROTOCOLS, type CsmsProtocol, SOAP_VERSIONS } from '../base/message.ts';
import { aboveZero, httpUrl, port, whole, wholeAboveZero } from './option-values.ts';
import { MAPPINGS_DIR, VERSION, WSDL_DIR } from './places.ts';

/** The command line. Each command is loaded when it is called: `--help` must not wait for what only the bridge needs. */
export function buildProgram(): Command {
  const program = new Command('ocpp-soap-bridge')
    .description('Puts SOAP charge points (OCPP 1.2, 1.5, 1.6) on a JSON central system, both ways.')
    .version(VERSION)
    .showHelpAfterError('(ocpp-soap-bridge --help shows what there is)')
    // Behind a command its own options count: `simulate --version 1.5` is not a question about the program.
    .enablePositionalOptions();
  addBridge(program);
  addTranslate(program);
  addSimulate(program);
  addChargePoints(program);
  addLosses(program);
  addOutbox(program);
  addMappings(program);
  return program;
}

function addBridge(program: Command): void {
  program
    .command('run')
    .description('run the bridge')
    .option('-c, --config <file>', 'configuration file (YAML); BRIDGE_… variables override it')
    .action(async (options: { config?: string }) => (await import('./commands/run.ts')).run(options));

  program
    .command('demo')
    .description(
      'run a bridge between three simulated SOAP charge points and a small CSMS, and print their conversation',
    )
    .option('--once', 'end after one round', false)
    .addOption(
      new Option('--protocol <protocol>', 'what the CSMS speaks').choices([...CSMS_PROTOCOLS]).default('ocpp1.6'),
    )
    .action(async (options: { once: boolean; protocol: CsmsProtocol }) =>
      (await import('./commands/demo.ts')).demo(options),
    );

  program
    .command('check')
    .description('check a configuration file, and the contracts and tables it names, without starting anything')
    .option('-c, --config <file>', 'configuration file (YAML); BRIDGE_… variables override it')
    .action(async (options: { config?: string }) => (await import('./commands/check.ts')).check(options));
}

function addTranslate(program: Command): void {
  program
    .command('translate')
    .description(
      'translate one message offline: a SOAP file to its JSON call, or with --down a JSON frame to its SOAP message',
    )
    .argument('[file]', 'SOAP message of a charge point (- for standard input)')
    .option('--down <frame>', 'file with a JSON CALL of a CSMS (- for standard input)')
    .addOption(
      new Option('--to <version>', 'what the CSMS speaks (ocpp1.6); with --down: what the charge point speaks').choices(
        [...CSMS_PROTOCOLS, ...SOAP_VERSIONS],
      ),
    )
    .addOption(
      new Option('--from <protocol>', 'with --down: what the CSMS speaks (ocpp1.6)').choices([...CSMS_PROTOCOLS]),
    )
    .option('--identity <identity>', 'with --down: chargeBoxIdentity to write', 'CP-1')
    .action(async (file: string | undefined, options) =>
      (await import('./commands/translate.ts')).translate(file, options),
    );
}

function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('a fleet of SOAP charge points with their own callback server')
    .requiredOption('--csms <url>', 'SOAP address of the central system, for example http://127.0.0.1:8080/', httpUrl)
    .addOption(new Option('--version <version>', 'OCPP version').choices(['1.2', '1.5', '1.6', 'mix']).default('mix'))
    .option('--count <n>', 'number of charge points', wholeAboveZero, 10)
    .option('--connectors <n>', 'connectors of each charge point', wholeAboveZero, 2)
    .option('--prefix <text>', 'beginning of every chargeBoxIdentity', 'SIM')
    .option('--rate <r>', 'messages per second, all together; Infinity: each as fast as it is answered', aboveZero, 10)
    .option('--duration <seconds>', 'how long to run', aboveZero, 60)
    .option('--messages <n>', 'end earlier, after so many messages', wholeAboveZero)
    .option('--speed <x>', 'how much faster than in life time passes for heartbeats and energy', aboveZero, 1)
    .option('--answer-within <seconds>', 'how long to wait for an answer', aboveZero, 30)
    .option('--no-keep-alive', 'a new connection for each message')
    .option('--callback-host <host>', 'address to listen on for calls to the charge points', '127.0.0.1')
    .option('--callback-port <port>', 'port to listen on for calls to the charge points (0: any)', port, 0)
    .option('--callback-url <url>', 'address to announce, when it is not the one listened on', httpUrl)
    .option('--seed <n>', 'seed of everything random', whole, 1)
    .option('--wsdl <dir>', 'WSDL files to speak by, in place of the own ones')
    .action(async (options) => (await import('./commands/simulate.ts')).simulate(options));
}

function addChargePoints(program: Command): void {
  program
    .command('charge-points')
    .description('charge points that a running bridge has heard: their names at the CSMS, and their links')
    .option('--admin <url>', 'admin port of the bridge', httpUrl, 'http://127.0.0.1:9090/')
    .action(async (options: { admin: string }) => (await import('./commands/charge-points.ts')).chargePoints(options));
}

function addLosses(program: Command): void {
  program
    .command('losses')
    .description('print what a running bridge could not tell: what the CSMS does not see, and why')
    .option('--admin <url>', 'admin port of the bridge', httpUrl, 'http://127.0.0.1:9090/')
    .option('--identity <identity>', 'one charge point only')
    .action(async (options: { admin: string; identity?: string }) =>
      (await import('./commands/losses.ts')).losses(options),
    );
}

function addOutbox(program: Command): void {
  const outbox = program
    .command('outbox')
    .description('transaction messages that wait for the CSMS of a running bridge, and dead letters');
  const add = (name: string, description: string) =>
    outbox
      .command(name)
      .description(description)
      .option('--admin <url>', 'admin port of the bridge', httpUrl, 'http://127.0.0.1:9090/');
  add('list', 'charge points for which something waits or was put aside').action(async (options: { admin: string }) =>
    (await import('./commands/outbox.ts')).list(options),
  );
  add('show', 'every message of one charge point')
    .argument('<identity>', 'its chargeBoxIdentity')
    .action(async (identity: string, options: { admin: string }) =>
      (await import('./commands/outbox.ts')).show(identity, options),
    );
  const decisions = [
    ['retry', 'let a dead letter wait for the CSMS again, before everything that came after it'],
    ['discard', 'throw a dead letter away for good'],
  ] as const;
  for (const [what, description] of decisions) {
    add(what, description)
      .argument('<identity>', 'chargeBoxIdentity')
      .argument('<number>', 'number of the message, see outbox show', wholeAboveZero)
      .action(async (identity: string, seq: number, options: { admin: string }) =>
        (await import('./commands/outbox.ts')).decide(what, identity, seq, options),
      );
  }
}

function addMappings(program: Command): void {
  const mappings = program.command('mappings').description('the mapping tables');
  mappings
    .command('check')
    .description('prove that the tables are complete and fit both contracts')
    .addOption(new Option('--dir <dir>', 'tables to check').default(MAPPINGS_DIR, 'the own ones'))
    .addOption(new Option('--wsdl <dir>', 'WSDL files to check against').default(WSDL_DIR, 'the own ones'))
    .action(async (options: { dir: string; wsdl: string }) =>
      (await import('./commands/mappings.ts')).checkTables(options),
    );
  mappings
    .command('report')
    .description('write what the tables do to every field, as pages for people or as data')
    .addOption(new Option('--format <format>', 'pages or data').choices(['html', 'md', 'json']).default('html'))
    .option('--out <dir>', 'folder to write to (default: mappings-report; JSON goes to standard output)')
    .addOption(new Option('--dir <dir>', 'tables to report on').default(MAPPINGS_DIR, 'the own ones'))
    .addOption(new Option('--wsdl <dir>', 'WSDL files to read them against').default(WSDL_DIR, 'the own ones'))
    .action(async (options) => (await import('./commands/mappings.ts')).reportTables(options));
}
