import type { NotificationData } from '@mantine/notifications';

/** Shows a notification; its code is loaded with the first one, or by the shell that shows them. */
export async function notify(notification: NotificationData): Promise<void> {
  const { notifications } = await import('@mantine/notifications');
  notifications.show(notification);
}
