/** Every query over traffic: refetched together while traffic is being loaded. */
export const TRAFFIC = 'traffic';
