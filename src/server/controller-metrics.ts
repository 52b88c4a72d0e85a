/** The queues of controllers in the names of client-go's work queues, read when somebody asks. */
import type { ControllerRuntime } from '../controllers/runtime/controller.ts';
import type { Registry } from '../metrics/registry.ts';

export function controllerMetrics(registry: Registry, controllers: ControllerRuntime): void {
  const told = (read: (queue: ReturnType<ControllerRuntime['queues']>[number]) => number) => () =>
    controllers.queues().map((queue) => [[queue.name], read(queue)] as const);
  registry.gaugesOf(
    'workqueue_depth',
    'Current depth of workqueue: keys that wait or are worked on.',
    ['name'],
    told(({ depth }) => depth),
  );
  registry.countersOf(
    'workqueue_adds_total',
    'Total number of adds handled by workqueue.',
    ['name'],
    told(({ adds }) => adds),
  );
  registry.countersOf(
    'workqueue_retries_total',
    'Total number of retries handled by workqueue: work that failed.',
    ['name'],
    told(({ retries }) => retries),
  );
}
