// The operator's listener: metrics and health on an address of their own.
import Fastify, { type FastifyInstance } from 'fastify';
import type { ListenAddress } from '../config/host-port.ts';
import type { PrometheusMetrics } from '../metrics/prometheus.ts';
import { addHealth, type Health } from './http.ts';

/** Opens the listener. @returns it and the address it got. */
export async function startOps(
  address: ListenAddress,
  health: Health,
  metrics: PrometheusMetrics,
): Promise<{ readonly http: FastifyInstance; readonly address: string }> {
  const http = Fastify({ logger: false });
  addHealth(http, health);
  metrics.showProcess();
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return { http, address: await http.listen(address) };
}
