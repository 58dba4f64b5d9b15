import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import type { Backend } from '@/lib/backend';

export type RouterContext = { backend: Backend; queryClient: QueryClient };

export const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet });
