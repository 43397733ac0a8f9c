#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { MAPPINGS_DIR, VERSION, WSDL_DIR } from './places.ts';

/** The command line. Each command is loaded when it is called: `--help` must not wait for what only the bridge needs. */

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is wanted');
  return value;
}

function rate(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
}

const program = new Command('ocpp-soap-bridge')
  .description('Puts SOAP charge points (OCPP 1.2, 1.5, 1.6) on a JSON central system, both ways.')
  .version(VERSION)
  .showHelpAfterError('(ocpp-soap-bridge --help shows what there is)')
  .configureHelp({ showGlobalOptions: true });

program
  .command('run')
  .description('run the bridge')
  .option('-c, --config <file>', 'configuration file (YAML); BRIDGE_… variables override it')
  .action(async (options: { config?: string }) => (await import('./commands/run.ts')).run(options));

program
  .command('demo')
  .description('run a bridge between three simulated SOAP charge points and a small CSMS, and print their conversation')
  .option('--once', 'end after one round', false)
  .action(async (options: { once: boolean }) => (await import('./commands/demo.ts')).demo(options));

program
  .command('check')
  .description('check a configuration file, and the contracts and tables it names, without starting anything')
  .option('-c, --config <file>', 'configuration file (YAML)')
  .action(async (options: { config?: string }) => (await import('./commands/check.ts')).check(options));

program
  .command('translate')
  .description(
    'translate one message offline: a SOAP file to its JSON call, or with --down a JSON frame to its SOAP message',
  )
  .argument('[file]', 'SOAP message of a charge point (- for standard input)')
  .option('--down <frame>', 'JSON CALL of a CSMS (- for standard input)')
  .addOption(new Option('--to <version>', 'OCPP version of the charge point').choices(['1.2', '1.5', '1.6']))
  .option('--identity <identity>', 'chargeBoxIdentity to write', 'CP-1')
  .action(async (file: string | undefined, options) =>
    (await import('./commands/translate.ts')).translate(file, options),
  );

program
  .command('simulate')
  .description('a fleet of SOAP charge points with their own callback server')
  .requiredOption('--csms <url>', 'SOAP address of the central system, for example http://127.0.0.1:8080/')
  .addOption(new Option('--version <version>', 'OCPP version').choices(['1.2', '1.5', '1.6', 'mix']).default('mix'))
  .option('--count <n>', 'number of charge points', count, 10)
  .option('--rate <r>', 'messages per second, all charge points together', rate, 10)
  .option('--duration <seconds>', 'how long to run', rate, 60)
  .option('--callback-host <host>', 'address to listen on for calls to the charge points', '127.0.0.1')
  .option('--callback-port <port>', 'port to listen on for calls to the charge points (0: any)', Number, 0)
  .option('--callback-url <url>', 'address to announce, when it is not the one listened on')
  .option('--seed <n>', 'seed of everything random', Number, 1)
  .action(async (options) => (await import('./commands/simulate.ts')).simulate(options));

program
  .command('losses')
  .description('print what a running bridge could not tell: what the CSMS does not see, and why')
  .option('--admin <url>', 'admin port of the bridge', 'http://127.0.0.1:9090/')
  .option('--identity <identity>', 'one charge point only')
  .action(async (options: { admin: string; identity?: string }) =>
    (await import('./commands/losses.ts')).losses(options),
  );

const mappings = program.command('mappings').description('the mapping tables');
mappings
  .command('check')
  .description('prove that the tables are complete and fit both contracts')
  .option('--dir <dir>', 'tables to check', MAPPINGS_DIR)
  .option('--wsdl <dir>', 'WSDL files to check against', WSDL_DIR)
  .action(async (options: { dir: string; wsdl: string }) =>
    (await import('./commands/mappings.ts')).checkTables(options),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
