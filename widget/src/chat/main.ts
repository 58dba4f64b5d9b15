import type { Assistant, Surroundings } from '@widget/surroundings';
import { PageAssistant } from './assistant';

export function createAssistant(around: Surroundings): Assistant {
  return new PageAssistant(around);
}
